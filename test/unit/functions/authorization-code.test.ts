import { createHash } from 'node:crypto'
import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { clientId } from '../../../shared/protocol/brands.ts'
import { sha256 } from '../../../shared/protocol/hash.ts'
import { gidOf } from '../../../shared/tokens/refresh-token.ts'
import { clientSecret } from '../../support/clients.ts'
import { at, T0 } from '../../support/grants.ts'
import { captureLog } from '../../support/log-lines.ts'
import { preset } from '../../support/presets.ts'
import { errorResponse, noStoreJson, rateTold } from '../../support/responses.ts'
import { appClient, type Form, issuer, nativeClient, tokensIn, useWorld } from '../../support/world.ts'

const log = captureLog()
const { clock, stores, giveCode, deploy } = useWorld()
const other = appClient({ clientId: clientId('other') })
const jwt = deploy(preset('default'), [appClient(), other, nativeClient()])
const buddy = deploy(preset('buddy'), [appClient()])
const rate = rateTold(T0)
const refusedAt = (now: number) =>
  errorResponse(
    400,
    'invalid_grant',
    'The grant is invalid, expired, revoked or not for this client',
    rateTold(now),
  )
const refused = refusedAt(T0)
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const codeChallenge = createHash('sha256').update(verifier).digest('base64url')
const redirectUri = 'https://app.example/cb'
const grantOf = async (code: string) => {
  const { grantId = '' } = (await stores.codes().find(sha256(code))) ?? {}
  return stores.grants().find(gidOf(Buffer.from(grantId, 'base64url')))
}

describe('a code is exchanged for tokens (RFC 6749 §4.1.3)', () => {
  test.each<{ what: string; code: object; form: Form }>([
    { what: 'of a plain request', code: {}, form: {} },
    {
      what: 'of a request with redirect_uri, which is repeated',
      code: { redirectUri },
      form: { redirect_uri: redirectUri },
    },
    {
      what: 'of a request with a challenge, by its verifier (RFC 7636 §4.6)',
      code: { codeChallenge },
      form: { code_verifier: verifier },
    },
    {
      what: 'of a public client',
      code: { clientId: 'native', codeChallenge },
      form: { client_id: 'native', code_verifier: verifier },
    },
  ])('$what', async ({ code: different, form }) => {
    const code = await giveCode(different)
    expect(await jwt.token('authorization_code', { code, ...form })).toEqual({
      status: 200,
      headers: { ...noStoreJson, ...rate },
      body: {
        access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
        token_type: 'Bearer',
        expires_in: 3600,
        refresh_token: expect.stringMatching(/^[0-9A-Za-z]{80}$/),
      },
    })
  })

  test('which say who allowed what, and the grant is kept', async () => {
    const code = await giveCode({ scope: ['read', 'openid'], requestedScope: ['read'], nonce: 'n1' })
    const { access_token, id_token, scope } = tokensIn(await jwt.token('authorization_code', { code }))
    const gid = gidOf(Buffer.from((await stores.codes().find(sha256(code)))?.grantId ?? '', 'base64url'))
    expect(decodeJwt(access_token)).toEqual({
      iss: issuer,
      aud: issuer,
      sub: 'subject-1',
      client_id: 'app',
      scope: 'read openid',
      iat: T0,
      exp: at(3600),
      jti: expect.any(String),
      gid,
      gen: 1,
    })
    expect(decodeJwt(id_token)).toMatchObject({ nonce: 'n1', auth_time: at(-30), aud: 'app' })
    expect(scope).toBe('read openid') // it differs from what was requested (§5.1)
    expect(await grantOf(code)).toEqual({
      gid,
      clientId: 'app',
      subject: 'subject-1',
      username: 'ada',
      scope: ['read', 'openid'],
      grantType: 'authorization_code',
      generation: 1,
      currentHash: expect.stringMatching(/^[\w-]{43}$/),
      authTime: at(-30),
      createdAt: T0,
      refreshExpiresAt: at(30 * 86_400),
      expiresAt: at(30 * 86_400),
    })
  })

  test('although the consent was withdrawn once, before the user allowed it anew', async () => {
    await stores.consents().withdraw('ada-again', 'app', at(-1))
    const code = await giveCode({ username: 'ada-again' })
    expect((await jwt.token('authorization_code', { code })).status).toBe(200)
  })

  test('without a refresh token for a client that may not refresh', async () => {
    const plain = appClient({ grantTypes: ['authorization_code'] })
    const code = await giveCode()
    const { body } = await deploy(preset('default'), [plain]).token('authorization_code', { code })
    expect(body).toEqual({ access_token: expect.any(String), token_type: 'Bearer', expires_in: 3600 })
    expect(await grantOf(code)).not.toHaveProperty('currentHash')
  })
})

describe('a code is refused with one and the same answer, whatever the reason (RFC 6749 §5.2)', () => {
  const inspect = async (code: string) => (await stores.codes().find(sha256(code))) ?? {}
  test.each<{ reason: string; what: string; code?: object; form?: Form }>([
    {
      reason: 'the code is another client’s',
      what: 'a confidential one',
      form: { client_id: 'other', client_secret: clientSecret },
    },
    { reason: 'the code is another client’s', what: 'a public one', form: { client_id: 'native' } },
    { reason: 'redirect_uri is not that of the request', what: 'left out', code: { redirectUri } },
    {
      reason: 'redirect_uri is not that of the request',
      what: 'another',
      code: { redirectUri },
      form: { redirect_uri: `${redirectUri}/` },
    },
    {
      reason: 'redirect_uri is not that of the request',
      what: 'in other case',
      code: { redirectUri },
      form: { redirect_uri: 'https://APP.example/cb' },
    },
    {
      reason: 'redirect_uri is not that of the request',
      what: 'not sent then',
      form: { redirect_uri: redirectUri },
    },
    { reason: 'code_verifier is missing', what: 'for a challenge', code: { codeChallenge } },
    {
      reason: 'code_verifier does not match',
      what: 'a character too many',
      code: { codeChallenge },
      form: { code_verifier: `${verifier}x` },
    },
    {
      reason: 'code_verifier does not match',
      what: 'the challenge itself',
      code: { codeChallenge },
      form: { code_verifier: codeChallenge },
    },
    {
      reason: 'code_verifier without code_challenge',
      what: 'a downgrade (RFC 9700 §2.1.1)',
      form: { code_verifier: verifier },
    },
  ])('$reason: $what, and the code can still be used', async ({ reason, code: different, form }) => {
    const code = await giveCode(different)
    expect(await jwt.token('authorization_code', { code, ...form })).toEqual(refused)
    expect(log.facts()).toEqual([expect.objectContaining({ level: 'WARN', error: 'invalid_grant', reason })])
    expect(log.text()).not.toContain(code)
    expect([await inspect(code), await grantOf(code)]).toEqual([
      expect.not.objectContaining({ consumedAt: expect.anything() }),
      undefined,
    ])
  })

  test.each([
    { what: 'unknown', code: 'nobody’s' },
    { what: 'long and in other letters', code: '😀'.repeat(1000) },
    { what: 'a null byte', code: '\0' },
  ])('unknown: $what', async ({ code }) => {
    expect(await jwt.token('authorization_code', { code })).toEqual(refused)
    expect(log.facts()).toMatchObject([{ reason: 'unknown authorization code' }])
  })

  test.each([59, 60, 61])('expired, though the table still has it: after %d s of 60', async (age) => {
    const code = await giveCode()
    clock.now = at(age)
    const { status } = await jwt.token('authorization_code', { code })
    expect(status).toBe(age < 60 ? 200 : 400)
    if (age >= 60) expect(log.facts()).toMatchObject([{ reason: 'authorization code expired' }])
    expect((await grantOf(code)) === undefined).toBe(age >= 60)
  })

  test.each([
    { when: 'after the code was given', withdrawn: at(1) },
    { when: 'in the same second', withdrawn: T0 },
  ])('the consent was withdrawn $when', async ({ when, withdrawn }) => {
    const code = await giveCode({ username: when })
    await stores.consents().withdraw(when, 'app', withdrawn)
    clock.now = at(2)
    expect(await jwt.token('authorization_code', { code })).toEqual(refusedAt(at(2)))
    expect(log.facts()).toMatchObject([{ reason: 'the consent was withdrawn' }])
  })
})

describe('a code that is used twice gives up what the first use got (RFC 6749 §4.1.2)', () => {
  test.each([
    { format: 'JWTs', deployment: jwt },
    { format: 'opaque tokens', deployment: buddy },
  ])('$format', async ({ deployment }) => {
    const code = await giveCode()
    const answer = await deployment.token('authorization_code', { code })
    const { access_token, refresh_token } = tokensIn(answer)
    const isActive = async (token: string) => (await deployment.introspect({ token })).body
    expect(await isActive(access_token)).toMatchObject({ active: true })
    clock.now = at(1)
    expect(await deployment.token('authorization_code', { code })).toEqual(refusedAt(at(1)))
    expect(log.facts().at(-1)).toMatchObject({ reason: 'authorization code replayed' })
    expect([await isActive(access_token), await isActive(refresh_token)]).toEqual([
      { active: false },
      { active: false },
    ])
    expect(await deployment.token('refresh_token', { refresh_token })).toEqual(refusedAt(at(1)))
  })

  test('but not when another client, or somebody without the verifier, shows it', async () => {
    const code = await giveCode({ codeChallenge })
    await jwt.token('authorization_code', { code, code_verifier: verifier })
    const stolen = { code, code_verifier: verifier, client_id: 'other', client_secret: clientSecret }
    expect([
      await jwt.token('authorization_code', stolen),
      await jwt.token('authorization_code', { code }),
    ]).toEqual([refused, refused])
    expect(await grantOf(code)).not.toHaveProperty('revokedAt')
  })

  test('also when both come at once: the one 200 is dead', async () => {
    const code = await giveCode()
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => jwt.token('authorization_code', { code })),
    )
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400, 400, 400, 400])
    const { access_token } = tokensIn(answers.find(({ status }) => status === 200))
    expect((await jwt.introspect({ token: access_token })).body).toEqual({ active: false })
  })
})
