import { describe, expect, test } from 'vitest'
import { applyEdgeResult, originResponseEvent } from '../../../infra/local/cloudfront/edge-function.ts'
import type { HttpRequest, HttpResponse } from '../../../infra/local/http/types.ts'

const origin = {
  id: 'o',
  domainName: 'api.example',
  path: '/prod',
  customHeaders: [['X-Secret', 's']] as const,
}
const distribution = { id: 'D1', domainName: 'd1.cloudfront.net', origins: new Map(), behaviors: [] }
const original: HttpResponse = {
  status: 401,
  headers: [
    ['x-amzn-Remapped-WWW-Authenticate', 'Basic'],
    ['Set-Cookie', 'a=1'],
    ['Set-Cookie', 'b=2'],
    ['Via', '1.1 x'],
    ['x-amzn-RequestId', 'r1'],
  ],
  body: Buffer.from('body'),
}
const sent: HttpRequest = {
  method: 'POST',
  target: '/prod/oauth/token?a=1',
  headers: [['Host', 'api.example']],
  body: Buffer.alloc(0),
  sourceIp: '130.176.0.1',
  sourcePort: 443,
  protocol: 'HTTP/1.1',
}

test('the event is that of an origin response', () => {
  expect(originResponseEvent(distribution, origin, sent, '192.0.2.7', original, 'req')).toEqual({
    Records: [
      {
        cf: {
          config: {
            distributionDomainName: 'd1.cloudfront.net',
            distributionId: 'D1',
            eventType: 'origin-response',
            requestId: 'req',
          },
          request: {
            clientIp: '192.0.2.7',
            headers: { host: [{ key: 'Host', value: 'api.example' }] },
            method: 'POST',
            origin: {
              custom: {
                customHeaders: { 'x-secret': [{ key: 'X-Secret', value: 's' }] },
                domainName: 'api.example',
                keepaliveTimeout: 5,
                path: '/prod',
                port: 443,
                protocol: 'https',
                readTimeout: 30,
                sslProtocols: ['TLSv1.2'],
              },
            },
            querystring: 'a=1',
            uri: '/oauth/token',
          },
          response: {
            headers: {
              'x-amzn-remapped-www-authenticate': [
                { key: 'x-amzn-Remapped-WWW-Authenticate', value: 'Basic' },
              ],
              'set-cookie': [
                { key: 'Set-Cookie', value: 'a=1' },
                { key: 'Set-Cookie', value: 'b=2' },
              ],
              via: [{ key: 'Via', value: '1.1 x' }],
            },
            status: '401',
            statusDescription: '',
          },
        },
      },
    ],
  })
})

const via = { via: [{ key: 'Via', value: '1.1 x' }] }

test('the result replaces the headers that the function saw and keeps those it did not see', () => {
  const headers = { ...via, 'www-authenticate': [{ key: 'WWW-Authenticate', value: 'Basic' }] }
  expect(applyEdgeResult(JSON.stringify({ status: '401', headers }), original)).toEqual({
    status: 401,
    headers: [
      ['Via', '1.1 x'],
      ['WWW-Authenticate', 'Basic'],
      ['x-amzn-RequestId', 'r1'],
    ],
    body: Buffer.from('body'),
  })
})

test('a body of its own takes the place of the origin’s', () => {
  const result = { status: 200, headers: via, body: 'aGk=', bodyEncoding: 'base64' }
  const answer = applyEdgeResult(JSON.stringify(result), original)
  expect(typeof answer === 'string' ? answer : answer.body.toString()).toBe('hi')
})

describe('CloudFront’s validation refuses', () => {
  const cases: readonly [string, unknown, string][] = [
    ['nothing', null, 'the result is no object'],
    ['a status that is none', { status: 'ok', headers: via }, 'status "ok"'],
    [
      'a disallowed header',
      { status: '200', headers: { ...via, connection: [{ value: 'x' }] } },
      'header connection is not allowed',
    ],
    [
      'an AWS header',
      { status: '200', headers: { ...via, 'x-amz-cf-id': [{ value: 'x' }] } },
      'header x-amz-cf-id is not allowed',
    ],
    [
      'a changed read-only header',
      { status: '200', headers: { via: [{ key: 'Via', value: 'y' }] } },
      'header via is read-only',
    ],
    ['a removed read-only header', { status: '200', headers: {} }, 'header via is read-only'],
    [
      'a name in upper case',
      { status: '200', headers: { 'X-A': [{ value: 'x' }] } },
      'header X-A is not in lower case',
    ],
    [
      'a key of another name',
      { status: '200', headers: { a: [{ key: 'B', value: 'x' }] } },
      'header a has the key "B"',
    ],
    ['a header without value', { status: '200', headers: { a: [{ key: 'A' }] } }, 'header a has no value'],
  ]
  test.each(cases)('%s', (_name, result, reason) => {
    expect(applyEdgeResult(JSON.stringify(result), original)).toBe(reason)
  })
})
