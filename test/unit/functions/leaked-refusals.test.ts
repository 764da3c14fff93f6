import { describe, expect, test } from 'vitest'
import { sha256 } from '../../../shared/protocol/hash.ts'
import { at, storedApiToken, T0 } from '../../support/grants.ts'
import { configs, LIMIT, newText, useLeaked } from '../../support/leaked.ts'
import { captureLog } from '../../support/log-lines.ts'
import { errorResponse, rateTold } from '../../support/responses.ts'
import { tokensIn } from '../../support/world.ts'

const log = captureLog()
const { clock, stores, deploy, endpointOf, accepted, apiToken, atRest } = useLeaked()
const { jwt, uuid } = configs
const leaked = { revokedAt: T0, revokedBecause: 'leaked' }

describe('every other report reads the same answer, and ends nothing', () => {
  const unknown = newText()
  const other = newText('bb_test_')
  test.each([
    { what: 'no body', body: '', asked: [] },
    { what: 'no token', body: 'a=b', asked: [] },
    { what: 'an empty token', body: 'token=', asked: [] },
    { what: 'a token of spaces', body: 'token=+%0A', asked: [] },
    { what: 'junk', body: 'token=junk', asked: [] },
    { what: 'a body that is nothing', body: Buffer.from([0xff, 0xfe, 0x00, 0x7b]), asked: [] },
    { what: 'broken percent signs', body: 'token=%E0%A4%A', asked: [] },
    { what: 'broken JSON', body: `{"token":"${unknown}"`, asked: [] },
    { what: 'a JSON list', body: `["${unknown}"]`, asked: [] },
    { what: 'JSON without a token', body: '{"tokens":[]}', asked: [] },
    { what: 'JSON whose token is inherited', body: `{"__proto__":{"token":"${unknown}"}}`, asked: [] },
    { what: 'JSON whose token is a number', body: '{"token":7}', asked: [] },
    { what: 'JSON whose token is nothing', body: '{"token":null}', asked: [] },
    { what: 'JSON of endless depth', body: `{"token":${'['.repeat(9000)}`, asked: [] },
    { what: 'a wrong checksum', body: `token=${unknown.slice(0, -1)}!`, asked: [] },
    { what: 'a token of another environment', body: `token=${other}`, asked: [] },
    { what: 'a token of no deployment', body: `token=${unknown}`, asked: ['find'] },
    { what: 'what looks like a JWT', body: 'token=e30.e30.x', asked: ['keys', 'verify'] },
  ])('$what, at the cost of $asked', async ({ body, asked: expected }) => {
    const { reportBody, asked } = endpointOf(jwt)
    expect(await reportBody(body)).toEqual(accepted())
    expect(asked).toEqual(expected)
    expect(log.text()).toContain('leak reported, nothing to end')
    expect(log.text()).not.toContain(unknown)
  })

  test('the eleventh token of a form', async () => {
    const text = await apiToken()
    const others = Array.from({ length: 10 }, (_, index) => `token=${index}`).join('&')
    const { reportBody, asked } = endpointOf(jwt)
    expect(await reportBody(`${others}&token=${text}`)).toEqual(accepted())
    expect(asked).toEqual([])
  })

  test('a JWT where tokens are opaque', async () => {
    const { report, asked } = endpointOf(uuid)
    expect(await report('e30.e30.x')).toEqual(accepted())
    expect(asked).toEqual([])
  })

  test('an API token where there are none', async () => {
    const { apiTokens: _, ...config } = jwt
    const text = await apiToken()
    const { report, asked } = endpointOf(config)
    expect(await report(text)).toEqual(accepted())
    expect(asked).toEqual([])
  })

  test('a body of 20,481 bytes, of which nothing is read', async () => {
    const text = await apiToken()
    const { reportBody, asked } = endpointOf(jwt)
    expect(await reportBody(`token=${text}&a=`.padEnd(20_481, 'b'))).toEqual(accepted())
    expect(asked).toEqual([])
    expect(await atRest(text)).not.toHaveProperty('revokedAt')
  })

  test('a token in the URL, which is no place for one', async () => {
    const text = await apiToken()
    expect(await endpointOf(jwt).reportBody('', { query: { token: text } })).toEqual(accepted())
    expect(await atRest(text)).not.toHaveProperty('revokedAt')
  })

  test.each([
    { what: 'was revoked', different: { revokedAt: at(-5), revokedBecause: 'rotated' as const } },
    { what: 'has expired', different: { expiresAt: T0 } },
  ])('a token that $what stays as it is', async ({ different }) => {
    const text = await apiToken(different)
    const { report, asked } = endpointOf(jwt)
    expect(await report(text)).toEqual(accepted())
    expect(asked).toEqual(['find'])
    expect(await atRest(text)).toEqual(storedApiToken({ tokenHash: sha256(text), ...different }))
  })

  test('a token that was reported before: the first report stands', async () => {
    const text = await apiToken()
    const { report } = endpointOf(jwt)
    expect(await report(text)).toEqual(accepted(1))
    clock.now = at(5)
    expect(await report(text)).toEqual(accepted(2))
    expect(await atRest(text)).toMatchObject(leaked)
  })

  test('an expired JWT, and one that somebody else signed', async () => {
    const deployment = deploy(jwt)
    const { access_token: text } = tokensIn(await deployment.token('client_credentials', {}))
    const [header, payload, signature = ''] = text.split('.')
    const forged = `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
    const { report, asked } = endpointOf(jwt)
    expect(await report(forged)).toEqual(accepted(1))
    clock.now = at(3600)
    expect(await report(text)).toEqual(accepted(1))
    expect(asked).toEqual(['keys', 'verify', 'keys', 'verify'])
  })
})

describe('what is not accepted was not taken, and is to be sent again', () => {
  const reports = async (endpoint: ReturnType<typeof endpointOf>, count: number) => {
    for (let sent = 0; sent < count; sent += 1) await endpoint.report('junk')
  }

  test('the report past the source’s limit is 429, and ends nothing', async () => {
    const endpoint = endpointOf(jwt)
    await reports(endpoint, LIMIT - 1)
    expect(await endpoint.report('junk')).toEqual(accepted(LIMIT))
    const text = await apiToken()
    expect(await endpoint.report(text)).toEqual(
      errorResponse(429, 'temporarily_unavailable', 'Too many requests', {
        ...rateTold(clock.now, 0, LIMIT),
        'Retry-After': '40',
      }),
    )
    expect(await atRest(text)).not.toHaveProperty('revokedAt')
    clock.now = at(40)
    expect(await endpoint.report(text)).toEqual(accepted())
    expect(await atRest(text)).toMatchObject({ revokedAt: at(40) })
  })

  test('each source is counted for itself, before anything else is done', async () => {
    const endpoint = endpointOf({ ...jwt, leaked: { requestsPerMinute: 1 } })
    await endpoint.report('junk', { sourceIp: '198.51.100.1' })
    expect((await endpoint.report('junk', { sourceIp: '198.51.100.1' })).status).toBe(429)
    expect((await endpoint.report('junk', { sourceIp: '198.51.100.2' })).status).toBe(202)
    expect((await endpoint.report('junk', { sourceIp: '2001:db8::1' })).status).toBe(202)
    expect(endpoint.limits.writes).toEqual([
      'leaked:198.51.100.1',
      'leaked:198.51.100.1',
      'leaked:198.51.100.2',
      'leaked:2001:db8:0:0/64',
    ])
  })

  const busy = () => Promise.reject(Object.assign(new Error('slow'), { name: 'ThrottlingException' }))
  const broken = () => Promise.reject(new Error('denied'))
  const unavailable = errorResponse(
    503,
    'temporarily_unavailable',
    'This service is busy. Please try again',
    { ...rateTold(Number(T0), LIMIT - 1, LIMIT), 'Retry-After': '1' },
  )
  const failed = errorResponse(
    500,
    'server_error',
    'Something went wrong here. Please try again',
    rateTold(Number(T0), LIMIT - 1, LIMIT),
  )
  test.each([
    { what: 'the end could not be written', fault: { revoke: busy }, answer: unavailable },
    { what: 'writing is not allowed', fault: { revoke: broken }, answer: failed },
    { what: 'the token could not be read', fault: { find: busy }, answer: unavailable },
  ])('where $what', async ({ fault, answer }) => {
    const text = await apiToken()
    const { revoke, find } = { revoke: undefined, find: undefined, ...fault }
    const store = stores.tokens()
    const { report } = endpointOf(jwt, {
      tokens: find ? { find } : store,
      revocations: { revoke: revoke ?? store.revoke, deny: store.deny },
    })
    expect(await report(text)).toEqual(answer)
    expect(log.text()).not.toContain(text)
  })

  test('where a JWT’s denial could not be written, or there is no key yet to verify it', async () => {
    const deployment = deploy(jwt)
    const { access_token: text } = tokensIn(await deployment.token('client_credentials', {}))
    const revocations = { ...stores.tokens(), deny: busy }
    expect(await endpointOf(jwt, { revocations }).report(text)).toEqual(unavailable)
    expect(await endpointOf(jwt, { keys: busy }).report(text)).toEqual(unavailable)
  })

  test('where the report could not be counted', async () => {
    const { report } = endpointOf(jwt, { limiter: { count: busy } })
    expect(await report(await apiToken())).toEqual(
      errorResponse(503, 'temporarily_unavailable', 'This service is busy. Please try again', {
        'Retry-After': '1',
      }),
    )
  })
})
