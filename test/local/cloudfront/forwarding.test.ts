import { describe, expect, test } from 'vitest'
import { originRequest } from '../../../infra/local/cloudfront/forwarding.ts'
import type { Behavior, ForwardingPolicy } from '../../../infra/local/cloudfront/types.ts'
import type { HttpRequest } from '../../../infra/local/http/types.ts'

const origin = {
  id: 'o',
  domainName: 'api.example',
  path: '/prod',
  customHeaders: [['X-Secret', 'right']] as const,
}
const request: HttpRequest = {
  method: 'POST',
  target: '/oauth/token?a=1&b=2',
  headers: [
    ['Host', 'login.example'],
    ['Authorization', 'Basic x'],
    ['Content-Type', 'text/plain'],
    ['Cookie', 'a=1; b=2'],
    ['Connection', 'keep-alive'],
    ['X-Forwarded-For', '10.0.0.1'],
    ['CloudFront-Viewer-Address', 'forged'],
    ['X-Secret', 'forged'],
  ],
  body: Buffer.alloc(0),
  sourceIp: '192.0.2.7',
  sourcePort: 1234,
  protocol: 'HTTP/1.1',
}
const nothing: ForwardingPolicy = {
  headers: { kind: 'none' },
  cloudFrontHeaders: [],
  cookies: { kind: 'none' },
  queryStrings: { kind: 'none' },
}

function forward(...forwarding: ForwardingPolicy[]): HttpRequest {
  const behavior: Behavior = { pathPattern: '*', originId: 'o', allowedMethods: ['POST'], forwarding }
  return originRequest(request, behavior, origin, 'cf-id')
}

const added = {
  'X-Forwarded-For': '10.0.0.1, 192.0.2.7',
  Via: '1.1 local.cloudfront.net (CloudFront)',
  'X-Amz-Cf-Id': 'cf-id',
  'X-Secret': 'right',
}

describe('what reaches the origin', () => {
  test('without policies is the path and what describes the body', () => {
    const sent = forward(nothing)
    expect(sent.target).toBe('/prod/oauth/token')
    expect(Object.fromEntries(sent.headers)).toEqual({
      Host: 'api.example',
      'User-Agent': 'Amazon CloudFront',
      'Content-Type': 'text/plain',
      ...added,
    })
  })

  test('with all but Host is the viewer’s request under the origin’s name', () => {
    const sent = forward({
      headers: { kind: 'all except', names: ['host'] },
      cloudFrontHeaders: [],
      cookies: { kind: 'all' },
      queryStrings: { kind: 'all' },
    })
    expect(sent.target).toBe('/prod/oauth/token?a=1&b=2')
    expect(Object.fromEntries(sent.headers)).toEqual({
      Host: 'api.example',
      'User-Agent': 'Amazon CloudFront',
      Authorization: 'Basic x',
      'Content-Type': 'text/plain',
      Cookie: 'a=1; b=2',
      'CloudFront-Viewer-Address': 'forged',
      ...added,
    })
  })

  test('has CloudFront’s own headers in place of forged ones', () => {
    const sent = forward({
      headers: { kind: 'only', names: ['authorization'] },
      cloudFrontHeaders: ['cloudfront-viewer-address'],
      cookies: { kind: 'only', names: ['b'] },
      queryStrings: { kind: 'all except', names: ['a'] },
    })
    expect(sent.target).toBe('/prod/oauth/token?b=2')
    expect(Object.fromEntries(sent.headers)).toEqual({
      Host: 'api.example',
      'User-Agent': 'Amazon CloudFront',
      Authorization: 'Basic x',
      'Content-Type': 'text/plain',
      Cookie: 'b=2',
      'CloudFront-Viewer-Address': '192.0.2.7:1234',
      ...added,
    })
  })
})
