import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { connectLambda, invokeFunction } from '../../../../functions/api/upstream/invoke-function.ts'
import { loopbackServer, type ServerAnswer } from '../../../support/loopback-server.ts'

vi.mock(import('node:timers/promises'), async (original) => ({
  ...(await original()),
  setTimeout: vi.fn(async () => undefined) as never,
}))

const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:jobs:live'
const error = (status: number, name: string): ServerAnswer => ({
  status,
  headers: { 'x-amzn-errortype': name, 'content-type': 'application/json' },
  body: JSON.stringify({ Message: 'hush', Type: 'User' }),
})
const throttle = error(429, 'TooManyRequestsException')
const ok: ServerAnswer = { status: 200, body: '{"statusCode":200}' }
const answered = { kind: 'answered', payload: '{"statusCode":200}' }

let answers: ServerAnswer[] = []
let service: Awaited<ReturnType<typeof loopbackServer>>
beforeEach(async () => {
  vi.mocked(sleep).mockClear()
  service = await loopbackServer(() => answers.shift() ?? new Promise<never>(() => undefined))
  vi.stubEnv('AWS_ENDPOINT_URL_LAMBDA', service.url)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await service.close()
})

function invoke(...given: ServerAnswer[]) {
  answers = given
  return invokeFunction(connectLambda(), arn, '{"a":"é"}', new AbortController().signal)
}

test('a function is invoked with the payload, and its result comes back', async () => {
  expect(await invoke(ok)).toEqual(answered)
  expect(
    service.requests.map(({ method, url, body }) => ({ method, url: decodeURIComponent(url), body })),
  ).toEqual([{ method: 'POST', url: `/2015-03-31/functions/${arn}/invocations`, body: '{"a":"é"}' }])
})

describe('a throttled invocation, where nothing ran', () => {
  test.each([throttle, error(502, 'EC2ThrottledException')])(
    'is tried again three times',
    async (refusal) => {
      expect(await invoke(refusal, refusal, refusal, ok)).toEqual(answered)
      expect(vi.mocked(sleep).mock.calls.map(([pause]) => pause)).toEqual([50, 150, 400])
    },
  )
  test('and no more', async () => {
    expect(await invoke(throttle, throttle, throttle, throttle, ok)).toEqual({ kind: 'throttled' })
    expect(service.requests.length).toBe(4)
  })
})

describe('anything else is not tried again: it may have been done', () => {
  const failed: ServerAnswer = {
    status: 200,
    headers: { 'x-amz-function-error': 'Unhandled' },
    body: '{"errorMessage":"hush"}',
  }
  test.each([
    { what: 'the function failed', answer: failed, reason: 'the function failed: Unhandled' },
    { what: 'Lambda failed', answer: error(500, 'ServiceException'), reason: 'ServiceException' },
    { what: 'we may not', answer: error(403, 'AccessDeniedException'), reason: 'AccessDeniedException' },
    {
      what: 'it is gone',
      answer: error(404, 'ResourceNotFoundException'),
      reason: 'ResourceNotFoundException',
    },
  ])('$what', async ({ answer, reason }) => {
    expect(await invoke(answer, ok)).toEqual({ kind: 'failed', reason })
    expect(service.requests.length).toBe(1)
  })
  test('the payload is over Lambda’s limit', async () => {
    expect(await invoke(error(413, 'RequestTooLargeException'), ok)).toEqual({ kind: 'too large' })
  })
  test('nobody is there', async () => {
    await service.close()
    expect(await invoke(ok)).toEqual({ kind: 'failed', reason: 'ECONNREFUSED' })
    service = await loopbackServer(() => ok)
  })
})

test('the signal ends a wait', async () => {
  answers = []
  const controller = new AbortController()
  const outcome = invokeFunction(connectLambda(), arn, '{}', controller.signal)
  await vi.waitFor(() => expect(service.requests.length).toBe(1))
  controller.abort()
  await expect(outcome).rejects.toMatchObject({ name: 'AbortError' })
})
