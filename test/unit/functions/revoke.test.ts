import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { clientId } from '../../../shared/protocol/brands.ts'
import { sha256 } from '../../../shared/protocol/hash.ts'
import { clientSecret, machineClient } from '../../support/clients.ts'
import { at, storedApiToken, T0 } from '../../support/grants.ts'
import { captureLog } from '../../support/log-lines.ts'
import { preset } from '../../support/presets.ts'
import { errorResponse, noStoreJson, rateTold } from '../../support/responses.ts'
import { appClient, type Form, nativeClient, tokensIn, useWorld } from '../../support/world.ts'

const log = captureLog()
const { clock, stores, giveCode, deploy } = useWorld()
const rate = rateTold(T0)
/** RFC 7009 §2.2: the status says it all. */
const done = { status: 200, headers: { ...noStoreJson, ...rate }, body: {} }
const clients = [
  appClient(),
  appClient({ clientId: clientId('other') }),
  machineClient({ grantTypes: ['client_credentials'] }),
  nativeClient(),
]
const other = { client_id: 'other', client_secret: clientSecret }
const machine = { client_id: 'machine', client_secret: clientSecret }
const formats = [
  { format: 'JWT', deployment: deploy(preset('default'), clients), strangers: 600 },
  { format: 'uuid', deployment: deploy(preset('buddy'), clients), strangers: 600 },
  { format: 'prefixed', deployment: deploy(preset('buildbutler'), clients), strangers: 60 },
]
type Deployment = (typeof formats)[number]['deployment']

async function begin(deployment: Deployment, code: object = {}, form: Form = {}) {
  return tokensIn(await deployment.token('authorization_code', { code: await giveCode(code), ...form }))
}
const inactive = { active: false }
const isActive = async (deployment: Deployment, token: string, form: Form = {}) =>
  ((await deployment.introspect({ token, ...form })).body as { active: boolean }).active

describe.each(formats)('revocation (RFC 7009), $format access tokens', ({ deployment, strangers }) => {
  test('of an access token ends it at once, and leaves the grant (§2.1)', async () => {
    const { access_token, refresh_token } = await begin(deployment)
    expect(await deployment.revoke({ token: access_token })).toEqual(done)
    expect((await deployment.introspect({ token: access_token })).body).toEqual(inactive)
    const { status } = await deployment.token('refresh_token', { refresh_token })
    expect(status).toBe(200)
  })

  test('of a refresh token ends every token of the grant (§2.1)', async () => {
    const first = await begin(deployment)
    const second = tokensIn(await deployment.token('refresh_token', { refresh_token: first.refresh_token }))
    expect(await deployment.revoke({ token: second.refresh_token })).toEqual(done)
    const tokens = [first.access_token, second.access_token, first.refresh_token, second.refresh_token]
    expect(await Promise.all(tokens.map((token) => isActive(deployment, token)))).toEqual(
      tokens.map(() => false),
    )
    const { body } = await deployment.token('refresh_token', { refresh_token: second.refresh_token })
    expect(body).toMatchObject({ error: 'invalid_grant' })
  })

  test('of a refresh token that has been exchanged ends the grant as well', async () => {
    const first = await begin(deployment)
    const second = tokensIn(await deployment.token('refresh_token', { refresh_token: first.refresh_token }))
    expect(await deployment.revoke({ token: first.refresh_token })).toEqual(done)
    expect(await isActive(deployment, second.access_token)).toBe(false)
  })

  test.each(['access_token', 'refresh_token', 'nonsense'])(
    'does not need the hint %s to be right (§2.1)',
    async (token_type_hint) => {
      const { access_token, refresh_token } = await begin(deployment)
      expect(await deployment.revoke({ token: access_token, token_type_hint })).toEqual(done)
      expect(await isActive(deployment, access_token)).toBe(false)
      expect(await deployment.revoke({ token: refresh_token, token_type_hint })).toEqual(done)
      expect(await isActive(deployment, refresh_token)).toBe(false)
    },
  )

  test('a second time says the same, and the first time stands', async () => {
    const { access_token, refresh_token } = await begin(deployment)
    for (const token of [access_token, refresh_token]) {
      clock.now = T0
      await deployment.revoke({ token })
      clock.now = at(5)
      expect(await deployment.revoke({ token })).toEqual({
        ...done,
        headers: { ...noStoreJson, ...rateTold(at(5)) },
      })
    }
  })

  test.each([
    { what: 'nonsense', token: 'nonsense' },
    { what: 'a UUID that never was', token: '9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d' },
    { what: 'base 62', token: '0'.repeat(80) },
    { what: 'other letters', token: '😀\0' },
    { what: 'a JWT of nobody', token: 'eyJhbGciOiJub25lIn0.e30.' },
  ])('of what is no token is 200 as well (§2.2): $what', async ({ token }) => {
    expect(await deployment.revoke({ token })).toEqual(done)
    expect(log.facts()).toEqual([expect.objectContaining({ level: 'INFO', message: 'revocation' })])
    expect(log.text()).toContain('"revoked":false')
  })

  test('of another client’s token is 200, and the token lives', async () => {
    const { access_token, refresh_token } = await begin(deployment)
    for (const token of [access_token, refresh_token]) {
      expect(await deployment.revoke({ ...other, token })).toEqual(done)
      expect(await isActive(deployment, token)).toBe(true)
    }
  })

  test('by a public client ends its own (§5)', async () => {
    const form = { client_id: 'native' }
    const { refresh_token } = await begin(deployment, { clientId: 'native' }, form)
    expect(await deployment.revoke({ ...form, token: refresh_token })).toEqual(done)
    expect((await deployment.token('refresh_token', { ...form, refresh_token })).body).toMatchObject({
      error: 'invalid_grant',
    })
  })

  test('of an expired token is 200, and nothing is written', async () => {
    const { access_token } = await begin(deployment)
    clock.now = at(30_000)
    expect((await deployment.revoke({ token: access_token })).body).toEqual({})
    expect(await stores.tokens().find(sha256(access_token))).not.toMatchObject({ revokedAt: at(30_000) })
  })

  test.each([
    { what: 'without a token', form: {}, description: 'token is required' },
    { what: 'with an empty token', form: { token: '' }, description: 'token is required' },
  ])('$what is refused', async ({ form, description }) => {
    expect(await deployment.revoke(form)).toEqual(errorResponse(400, 'invalid_request', description, rate))
  })

  test('by nobody is refused', async () => {
    const { access_token } = await begin(deployment)
    const wrong = { client_id: 'app', client_secret: 'wrong', token: access_token }
    expect(await deployment.revoke(wrong)).toEqual(
      errorResponse(401, 'invalid_client', 'Client authentication failed', {
        'WWW-Authenticate': 'Basic realm="oauth", charset="UTF-8"',
        ...rateTold(T0, strangers - 1, strangers),
      }),
    )
    expect(await isActive(deployment, access_token)).toBe(true)
  })
})

describe('what a revocation writes', () => {
  const [jwt, uuid] = formats.map(({ deployment }) => deployment)

  test('a denial by the JWT’s id, kept until it would have expired', async () => {
    const { access_token = '' } = (jwt && (await begin(jwt))) ?? {}
    await jwt?.revoke({ token: access_token })
    expect(await stores.tokens().find(`jti:${decodeJwt(access_token).jti}`)).toEqual({
      tokenHash: `jti:${decodeJwt(access_token).jti}`,
      expiresAt: at(3600),
    })
  })

  test('the time, on an opaque token', async () => {
    const { access_token = '' } = (uuid && (await begin(uuid))) ?? {}
    clock.now = at(9)
    await uuid?.revoke({ token: access_token })
    expect(await stores.tokens().find(sha256(access_token))).toMatchObject({
      revokedAt: at(9),
      revokedBecause: 'revoked',
    })
  })

  test('nothing on a stored token of another kind: it is no access token', async () => {
    const token = '9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6e'
    await stores.tokens().create(storedApiToken({ tokenHash: sha256(token), account: 'machine' }))
    expect(await uuid?.revoke({ ...machine, token })).toEqual(done)
    expect(await stores.tokens().find(sha256(token))).not.toHaveProperty('revokedAt')
  })

  test('under a preset without refresh tokens, a denial alone', async () => {
    const buildr = deploy(preset('buildr'), clients)
    const { access_token } = tokensIn(await buildr.token('client_credentials', machine))
    expect(await isActive(buildr, access_token, machine)).toBe(true)
    expect(await buildr.revoke({ ...machine, token: access_token })).toEqual(done)
    expect(await isActive(buildr, access_token, machine)).toBe(false)
  })
})
