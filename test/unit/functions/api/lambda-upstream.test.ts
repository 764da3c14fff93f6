import { describe, expect, test } from 'vitest'
import type { Invocation } from '../../../../functions/api/upstream/invoke-function.ts'
import { lambdaUpstream } from '../../../../functions/api/upstream/lambda.ts'
import { epochSeconds } from '../../../../shared/protocol/brands.ts'
import { oauthError } from '../../../support/errors.ts'
import { NOW } from '../../../support/token-deployment.ts'
import { failedDescription, slowDescription, upstreamRequest } from './support.ts'

const functionArn = 'arn:aws:lambda:eu-west-1:123456789012:function:jobs:live'
const failed = (reason: string) => oauthError('server_error', failedDescription, `upstream jobs: ${reason}`)

/** A function that answers so, and what it was invoked with. */
function playing(outcome: Invocation | ((signal: AbortSignal) => Promise<Invocation>), timeoutSeconds = 5) {
  const invoked: { readonly functionArn: string; readonly event: unknown }[] = []
  const upstream = lambdaUpstream('jobs', { functionArn, timeoutSeconds }, async (arn, payload, signal) => {
    invoked.push({ functionArn: arn, event: JSON.parse(payload) })
    return typeof outcome === 'function' ? outcome(signal) : outcome
  })
  return { upstream, invoked }
}
const answered = (result: unknown): Invocation => ({ kind: 'answered', payload: JSON.stringify(result) })
const ok = answered({ statusCode: 200 })

describe('a function gets an event as API Gateway would send it', () => {
  test('with path, query, headers and the caller', async () => {
    const { upstream, invoked } = playing(ok)
    await upstream(
      upstreamRequest({
        method: 'POST',
        path: { path: '/jobs/a%20b', parameters: { id: 'a b' } },
        query: [
          ['x', '1'],
          ['__proto__', 'p'],
          ['x', '&'],
        ],
        headers: { accept: ['a', 'b'], 'x-scrip-subject': ['ada'] },
        body: Buffer.from('{"é":1}'),
      }),
    )
    expect(invoked).toEqual([
      {
        functionArn,
        event: {
          resource: '/jobs/{id}',
          path: '/jobs/a%20b',
          httpMethod: 'POST',
          headers: { accept: 'b', 'x-scrip-subject': 'ada' },
          multiValueHeaders: { accept: ['a', 'b'], 'x-scrip-subject': ['ada'] },
          queryStringParameters: Object.fromEntries([
            ['x', '&'],
            ['__proto__', 'p'],
          ]),
          multiValueQueryStringParameters: Object.fromEntries([
            ['x', ['1', '&']],
            ['__proto__', ['p']],
          ]),
          pathParameters: { id: 'a b' },
          stageVariables: null,
          requestContext: {
            requestId: 'request-1',
            httpMethod: 'POST',
            resourcePath: '/jobs/{id}',
            path: '/jobs/a%20b',
            stage: 'prod',
            identity: { sourceIp: '192.0.2.7', userAgent: 'curl' },
            authorizer: {
              principalId: 'subject of ada',
              kind: 'access_token',
              tokenId: 'T2lkLW9mLXRva2Vu',
              subject: 'subject of ada',
              username: 'ada',
              clientId: 'app',
              account: 'acme',
              scope: 'read',
              tier: 'standard',
              issuedAt: String(NOW - 10),
              expiresAt: String(NOW + 3590),
            },
          },
          body: '{"é":1}',
          isBase64Encoded: false,
        },
      },
    ])
  })
  test('with null for what there is not', async () => {
    const { upstream, invoked } = playing(ok)
    const caller = {
      kind: 'api_token',
      tokenId: 'id',
      subject: 'acme',
      scope: [],
      tier: 'free',
      issuedAt: epochSeconds(1),
    } as const
    await upstream(upstreamRequest({ path: { path: '/jobs', parameters: {} }, headers: {}, caller }))
    expect(invoked[0]?.event).toEqual({
      resource: '/jobs/{id}',
      path: '/jobs',
      httpMethod: 'GET',
      headers: {},
      multiValueHeaders: {},
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
      stageVariables: null,
      requestContext: {
        requestId: 'request-1',
        httpMethod: 'GET',
        resourcePath: '/jobs/{id}',
        path: '/jobs',
        stage: 'prod',
        identity: { sourceIp: '192.0.2.7', userAgent: 'curl' },
        authorizer: {
          principalId: 'acme',
          kind: 'api_token',
          tokenId: 'id',
          subject: 'acme',
          scope: '',
          tier: 'free',
          issuedAt: '1',
        },
      },
      body: null,
      isBase64Encoded: false,
    })
  })
  test.each([
    { what: 'bytes that are no text', body: Buffer.from([0xff]), headers: {}, told: ['/w==', true] },
    {
      what: 'text of a content coding',
      body: Buffer.from('a'),
      headers: { 'content-encoding': ['x'] },
      told: ['YQ==', true],
    },
    { what: 'text', body: Buffer.from('a\u0000€'), headers: {}, told: ['a\u0000€', false] },
  ])('with $what', async ({ body, headers, told }) => {
    const { upstream, invoked } = playing(ok)
    await upstream(upstreamRequest({ body, headers }))
    const event = invoked[0]?.event as { body: string; isBase64Encoded: boolean }
    expect([event.body, event.isBase64Encoded]).toEqual(told)
  })
  test('of at most 6 MB, however much of the text JSON has to escape', async () => {
    const { upstream, invoked } = playing(ok)
    await upstream(upstreamRequest({ body: Buffer.alloc(4_400_000, 1) }))
    expect(JSON.stringify(invoked[0]?.event).length).toBeLessThan(6_000_000)
  })
})

describe('a function’s result is read', () => {
  const none = Buffer.alloc(0)
  test.each([
    { what: 'the least', result: { statusCode: 204 }, answer: { status: 204, headers: {}, body: none } },
    {
      what: 'all there can be',
      result: {
        statusCode: 201,
        headers: { 'Content-Type': 'text/plain', 'X-N': 1, 'X-B': true, 'X-M': 'one' },
        multiValueHeaders: { 'x-m': ['a', 2], Link: [] },
        body: 'é',
        isBase64Encoded: false,
      },
      answer: {
        status: 201,
        headers: {
          'content-type': ['text/plain'],
          'x-n': ['1'],
          'x-b': ['true'],
          'x-m': ['a', '2'],
          link: [],
        },
        body: Buffer.from('é'),
      },
    },
    {
      what: 'null for nothing, and bytes',
      result: {
        statusCode: 599,
        headers: null,
        multiValueHeaders: null,
        body: '/wA=',
        isBase64Encoded: true,
      },
      answer: { status: 599, headers: {}, body: Buffer.from([255, 0]) },
    },
    {
      what: 'a refusal of its own, which is the caller’s',
      result: { statusCode: 401, headers: { 'WWW-Authenticate': 'x' }, body: null },
      answer: { status: 401, headers: { 'www-authenticate': ['x'] }, body: none },
    },
  ])('$what', async ({ result, answer }) => {
    expect(await playing(answered(result)).upstream(upstreamRequest())).toEqual(answer)
  })

  test.each([
    { what: 'no JSON', payload: 'hush' },
    { what: 'nothing', payload: '' },
    ...[
      null,
      1,
      'text',
      [],
      {},
      { body: 'no status' },
      { statusCode: '200' },
      { statusCode: 200.5 },
      { statusCode: 99 },
      { statusCode: 101 },
      { statusCode: 600 },
      { statusCode: 200, headers: [] },
      { statusCode: 200, headers: 'a: b' },
      { statusCode: 200, headers: { a: ['b'] } },
      { statusCode: 200, headers: { a: null } },
      { statusCode: 200, multiValueHeaders: { a: 'b' } },
      { statusCode: 200, multiValueHeaders: { a: [{}] } },
      { statusCode: 200, body: { hush: 1 } },
      { statusCode: 200, body: 1 },
      { statusCode: 200, isBase64Encoded: 'true' },
      { statusCode: 200, body: 'no base64!', isBase64Encoded: true },
      { statusCode: 200, more: 1 },
    ].map((result) => ({ what: JSON.stringify(result), payload: JSON.stringify(result) })),
  ])('$what is none: 502', async ({ payload }) => {
    const { upstream } = playing({ kind: 'answered', payload })
    await expect(upstream(upstreamRequest())).rejects.toEqual(failed('the function gave no response'))
  })
})

describe('a function that does not answer', () => {
  test('failed: 502', async () => {
    const { upstream } = playing({ kind: 'failed', reason: 'the function failed: Unhandled' })
    const error = await upstream(upstreamRequest()).catch((error: unknown) => error)
    expect(error).toEqual(failed('the function failed: Unhandled'))
    expect(error).toMatchObject({ status: 502, headers: {} })
  })
  test('is throttled: 503, to be tried again', async () => {
    const { upstream } = playing({ kind: 'throttled' })
    const error = await upstream(upstreamRequest()).catch((error: unknown) => error)
    expect(error).toEqual(
      oauthError(
        'temporarily_unavailable',
        'This service is busy. Please try again',
        'Error: upstream jobs: throttled',
      ),
    )
    expect(error).toMatchObject({ status: 503, headers: { 'Retry-After': '1' } })
  })
  test('would get too much: 413', async () => {
    const { upstream } = playing({ kind: 'too large' })
    const error = await upstream(upstreamRequest()).catch((error: unknown) => error)
    expect(error).toEqual(oauthError('invalid_request', 'The request is too large'))
    expect(error).toMatchObject({ status: 413 })
  })
  test.each([
    {
      what: 'and listens to the signal',
      wait: (signal: AbortSignal) =>
        new Promise<never>((_, reject) =>
          signal.addEventListener('abort', () => reject(new Error('aborted'))),
        ),
    },
    { what: 'and does not', wait: () => new Promise<never>(() => undefined) },
  ])('takes too long, $what: 504', async ({ wait }) => {
    const error = await playing(wait, 0.05)
      .upstream(upstreamRequest())
      .catch((error: unknown) => error)
    expect(error).toEqual(
      oauthError('temporarily_unavailable', slowDescription, 'upstream jobs: no answer within 0.05 s'),
    )
    expect(error).toMatchObject({ status: 504, headers: {} })
  })
})
