import { decodeJwt } from 'jose'
import { beforeEach, describe, expect, test } from 'vitest'
import { sha256 } from '../../../shared/protocol/hash.ts'
import { at, storedApiToken, T0 } from '../../support/grants.ts'
import { configs, useLeaked } from '../../support/leaked.ts'
import { captureLog } from '../../support/log-lines.ts'
import { tokensIn } from '../../support/world.ts'

const log = captureLog()
const { stores, giveCode, deploy, endpointOf, accepted, apiToken, atRest } = useLeaked()
const { jwt, uuid, prefixed } = configs
const leaked = { revokedAt: T0, revokedBecause: 'leaked', expiresAt: at(90 * 86_400) }

describe('a leaked token is ended by whoever shows it', () => {
  test.each([
    { format: 'JWT', config: jwt },
    { format: 'uuid', config: uuid },
    { format: 'prefixed', config: prefixed },
  ])('an API token, where access tokens are $format; its owner sees why', async ({ config }) => {
    const text = await apiToken()
    const { report, asked } = endpointOf(config)
    expect(await report(text)).toEqual(accepted())
    expect(await atRest(text)).toEqual({ ...storedApiToken({ tokenHash: sha256(text) }), ...leaked })
    expect(asked).toEqual(['find', 'revoke'])
  })

  test('an API token without end', async () => {
    const text = await apiToken({ expiresAt: undefined })
    await endpointOf(jwt).report(text)
    expect(await atRest(text)).toMatchObject(leaked)
  })

  test.each([
    { format: 'uuid', config: uuid, scope: 'WORKSPACE' },
    { format: 'prefixed', config: prefixed, scope: 'read:jobs' },
  ])('an opaque access token, $format', async ({ config, scope }) => {
    const deployment = deploy(config)
    const code = await giveCode({ scope: [scope] })
    const { access_token: text } = tokensIn(await deployment.token('authorization_code', { code }))
    expect((await deployment.introspect({ token: text })).body).toMatchObject({ active: true })
    expect(await endpointOf(config).report(text)).toEqual(accepted())
    expect(await atRest(text)).toMatchObject({ kind: 'access_token', ...leaked })
    expect((await deployment.introspect({ token: text })).body).toEqual({ active: false })
  })

  test('a JWT access token, by its jti, until it would have expired', async () => {
    const deployment = deploy(jwt)
    const { access_token: text } = tokensIn(await deployment.token('client_credentials', {}))
    const { report, asked } = endpointOf(jwt)
    expect(await report(text)).toEqual(accepted())
    expect(asked).toEqual(['keys', 'verify', 'deny'])
    expect((await deployment.introspect({ token: text })).body).toEqual({ active: false })
    const { jti, exp } = decodeJwt(text)
    expect(await stores.tokens().find(`jti:${jti}`)).toEqual({ tokenHash: `jti:${jti}`, expiresAt: exp })
  })

  describe('however the report is dressed', () => {
    const form = 'application/x-www-form-urlencoded'
    test.each([
      { what: 'a form', type: form, body: (token: string) => `token=${token}` },
      { what: 'JSON', type: 'application/json', body: (token: string) => JSON.stringify({ token }) },
      { what: 'JSON that says it is a form', type: form, body: (token: string) => `{"token":"${token}"}` },
      { what: 'a form that says it is JSON', type: 'application/json', body: (t: string) => `token=${t}` },
      { what: 'a form without a type', type: undefined, body: (token: string) => `a=b&token=${token}` },
      { what: 'a form of plain text', type: 'text/plain', body: (token: string) => `token=${token}` },
      { what: 'a form with a line break', type: form, body: (token: string) => `token=+${token}%0A` },
      { what: 'JSON after white space', type: form, body: (token: string) => `\n {"token":"${token}\\n"}` },
      { what: 'JSON after a byte order mark', type: form, body: (t: string) => `\ufeff{"token":"${t}"}` },
      { what: 'a form after a byte order mark', type: form, body: (t: string) => `\ufefftoken=${t}` },
      { what: 'the bare token', type: 'text/plain', body: (token: string) => `${token}\n` },
      { what: 'the bare token that says it is a form', type: form, body: (token: string) => token },
      { what: 'the second token of a form', type: form, body: (token: string) => `token=x&token=${token}` },
      {
        what: 'the tenth token of a form',
        type: form,
        body: (t: string) => `${'token=a&'.repeat(50)}${'bcdefghi'.replaceAll(/./g, 'token=$&&')}token=${t}`,
      },
      {
        what: 'a body of 20,480 bytes',
        type: form,
        body: (t: string) => `token=${t}&a=`.padEnd(20_480, 'b'),
      },
    ])('as $what', async ({ type, body }) => {
      const text = await apiToken()
      const headers = type === undefined ? [] : ([['Content-Type', type]] as const)
      expect(await endpointOf(jwt).reportBody(body(text), { headers })).toEqual(accepted())
      expect(await atRest(text)).toMatchObject(leaked)
    })

    test('several at once', async () => {
      const texts = [await apiToken(), await apiToken()]
      const body = texts.map((token) => `token=${token}`).join('&')
      expect(await endpointOf(jwt).reportBody(body)).toEqual(accepted())
      for (const text of texts) expect(await atRest(text)).toMatchObject(leaked)
    })

    test('as binary', async () => {
      const text = await apiToken()
      await endpointOf(jwt).reportBody(Buffer.from(`token=${text}`), { binary: true })
      expect(await atRest(text)).toMatchObject(leaked)
    })
  })
})

describe('the log', () => {
  let text: string
  beforeEach(async () => {
    text = await apiToken()
    await endpointOf(jwt).report(text)
  })

  test('tells the hash and the kind of a token that was ended, and never the token', () => {
    expect(log.text()).toContain(sha256(text))
    expect(log.text()).toContain('"kind":"api_token"')
    expect(log.text()).not.toContain(text)
  })
})
