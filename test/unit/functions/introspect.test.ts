import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { clientId } from '../../../shared/protocol/brands.ts'
import { clientSecret, machineClient } from '../../support/clients.ts'
import { at, T0 } from '../../support/grants.ts'
import { captureLog } from '../../support/log-lines.ts'
import { preset } from '../../support/presets.ts'
import { errorResponse, noStoreJson, rateTold } from '../../support/responses.ts'
import { appClient, issuer, nativeClient, tokensIn, useWorld } from '../../support/world.ts'

const log = captureLog()
const { clock, giveCode, deploy } = useWorld()
const rate = rateTold(T0)
const api = 'https://api.example.com'
const withAudience = (name: string) => {
  const config = preset(name)
  return { ...config, accessToken: { ...config.accessToken, audience: api } }
}
const clients = [
  appClient(),
  appClient({ clientId: clientId('other') }),
  machineClient({ clientId: clientId('api'), grantTypes: [], introspectAudience: api }),
  machineClient({ clientId: clientId('other api'), grantTypes: [], introspectAudience: `${api}/2` }),
  nativeClient(),
]
const as = (id: string) => ({ client_id: id, client_secret: clientSecret })
const formats = [
  { format: 'JWT', name: 'default', token_type: 'Bearer', lifetime: 3600 },
  { format: 'uuid', name: 'buddy', token_type: 'Bearer', lifetime: 28800 },
  { format: 'prefixed', name: 'buildbutler', token_type: 'bearer', lifetime: 3600 },
].map((row) => ({ ...row, deployment: deploy(withAudience(row.name), clients) }))

const answer = (body: object) => ({ status: 200, headers: { ...noStoreJson, ...rate }, body })
/** RFC 7662 §2.2: nothing more, so that nobody learns why. */
const inactive = answer({ active: false })

describe.each(formats)(
  'introspection (RFC 7662), $format',
  ({ format, deployment, token_type, lifetime }) => {
    const begin = async (code: object = {}) =>
      tokensIn(await deployment.token('authorization_code', { code: await giveCode(code) }))
    const told = (token: string) => ({
      active: true,
      scope: 'read write',
      client_id: 'app',
      username: 'ada',
      token_type,
      exp: at(lifetime),
      iat: T0,
      sub: 'subject-1',
      aud: api,
      iss: issuer,
      ...(format === 'JWT' ? { jti: decodeJwt(token).jti } : {}),
    })

    test.each([
      { whom: 'the client that it was issued to', form: {} },
      { whom: 'a resource server whose audience it is (§4)', form: as('api') },
    ])('tells an access token to $whom', async ({ form }) => {
      const { access_token } = await begin({ scope: ['read', 'write'] })
      expect(await deployment.introspect({ ...form, token: access_token })).toEqual(
        answer(told(access_token)),
      )
    })

    test.each([{ hint: 'access_token' }, { hint: 'refresh_token' }, { hint: 'nonsense' }])(
      'needs no hint: $hint',
      async ({ hint }) => {
        const { access_token } = await begin({ scope: ['read', 'write'] })
        const form = { token: access_token, token_type_hint: hint }
        expect(await deployment.introspect(form)).toEqual(answer(told(access_token)))
      },
    )

    test('tells a refresh token to its client', async () => {
      const { refresh_token } = await begin({ scope: ['read', 'write'] })
      const { refresh } = preset(formats.find((row) => row.format === format)?.name ?? '')
      expect(await deployment.introspect({ token: refresh_token })).toEqual(
        answer({
          active: true,
          scope: 'read write',
          client_id: 'app',
          username: 'ada',
          exp: at(refresh.ttlSeconds),
          iat: T0,
          sub: 'subject-1',
          iss: issuer,
        }),
      )
    })

    test.each([
      { what: 'an access token to another client', which: 'access_token', form: as('other') },
      { what: 'an access token to another audience', which: 'access_token', form: as('other api') },
      { what: 'a refresh token to another client', which: 'refresh_token', form: as('other') },
      { what: 'a refresh token to a resource server', which: 'refresh_token', form: as('api') },
    ] as const)('does not tell $what', async ({ which, form }) => {
      const { [which]: token } = await begin()
      expect(await deployment.introspect({ ...form, token })).toEqual(inactive)
    })

    test.each(['nonsense', '0'.repeat(80), '9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d', 'a.b.c', '😀\0'])(
      'tells nothing of %j',
      async (token) => {
        expect(await deployment.introspect({ token })).toEqual(inactive)
      },
    )

    test('tells nothing of tokens from their end on', async () => {
      const { access_token, refresh_token } = await begin()
      const isActive = async (token: string) =>
        ((await deployment.introspect({ token })).body as { active: boolean }).active
      clock.now = at(lifetime - 1)
      expect(await isActive(access_token)).toBe(true)
      clock.now = at(lifetime)
      expect(await isActive(access_token)).toBe(false)
      const { refresh } = preset(formats.find((row) => row.format === format)?.name ?? '')
      clock.now = at(refresh.ttlSeconds - 1)
      expect(await isActive(refresh_token)).toBe(true)
      clock.now = at(refresh.ttlSeconds)
      expect(await isActive(refresh_token)).toBe(false)
    })

    test('tells nothing of a refresh token that has been exchanged', async () => {
      const { refresh_token } = await begin()
      const next = tokensIn(await deployment.token('refresh_token', { refresh_token }))
      expect(await deployment.introspect({ token: refresh_token })).toEqual(inactive)
      expect((await deployment.introspect({ token: next.refresh_token })).body).toMatchObject({
        active: true,
      })
    })

    test('refuses a public client, which proves nothing (§2.1)', async () => {
      const { access_token } = await begin()
      expect(await deployment.introspect({ client_id: 'native', token: access_token })).toEqual(
        errorResponse(401, 'invalid_client', 'Client authentication failed', {
          ...rate,
          'WWW-Authenticate': 'Basic realm="oauth", charset="UTF-8"',
        }),
      )
      expect(log.facts().at(-1)).toMatchObject({ reason: 'introspection by a public client' })
    })

    test('refuses a wrong secret, before any token is looked at', async () => {
      expect(
        (await deployment.introspect({ client_id: 'app', client_secret: 'wrong', token: 'x' })).status,
      ).toBe(401)
    })

    test('needs a token', async () => {
      expect(await deployment.introspect({})).toEqual(
        errorResponse(400, 'invalid_request', 'token is required', rate),
      )
    })
  },
)

test('a machine’s token names no user, and one that never ends no end', async () => {
  const machine = appClient({ scope: ['WORKSPACE'], account: 'acme', tokensNeverExpire: true })
  const buddy = deploy(preset('buddy'), [machine])
  const tokens = tokensIn(await buddy.token('client_credentials', { scope: 'WORKSPACE' }))
  expect(await buddy.introspect({ token: tokens.access_token })).toEqual(
    answer({
      active: true,
      scope: 'WORKSPACE',
      client_id: 'app',
      token_type: 'Bearer',
      iat: T0,
      sub: 'acme',
      aud: issuer,
      iss: issuer,
    }),
  )
})
