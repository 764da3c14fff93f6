import { beforeAll, describe, expect, test } from 'vitest'
import { at, user } from '../../support/grants.ts'
import { captureLog } from '../../support/log-lines.ts'
import { preset } from '../../support/presets.ts'
import { errorResponse, noStoreJson } from '../../support/responses.ts'
import { appClient, tokensIn, useWorld } from '../../support/world.ts'

const log = captureLog()
const { clock, stores, giveCode, deploy } = useWorld()
const { scopes, ...butlr } = preset('butlr')
const deployments = [
  { format: 'JWT', deployment: deploy({ ...butlr, scopes }, [appClient()]) },
  {
    format: 'uuid',
    deployment: deploy({ ...butlr, scopes, accessToken: { format: 'uuid' } }, [appClient()]),
  },
]
beforeAll(async () => {
  await stores.users().create(user())
  const { name: _, email: __, ...bare } = user({ username: 'bare', subject: 'subject-2' })
  await stores.users().create(bare)
  await stores.users().create(user({ username: 'verified', subject: 'subject-3', emailVerified: true }))
  await stores.users().create(user({ username: 'successor', subject: 'another subject' }))
})

test('refuses in the words of the deployment, where it has its own (B2.12’s body)', async () => {
  const unauthorizedBody = { errors: [{ message: 'Wrong authentication data' }] }
  expect(preset('buddy').errors).toEqual({ unauthorizedBody })
  const deployment = deploy({ ...butlr, scopes, errors: { unauthorizedBody } }, [appClient()])
  const challenge = 'Bearer realm="oauth", error="invalid_token"'
  expect(await deployment.userinfo([['Authorization', 'Bearer nonsense']])).toEqual({
    status: 401,
    headers: { ...noStoreJson, 'WWW-Authenticate': challenge },
    body: unauthorizedBody,
  })
  expect(log.facts()).toMatchObject([{ error: 'invalid_token', reason: 'the access token is not good' }])
  expect(await deployment.userinfo()).toMatchObject({ status: 401, body: unauthorizedBody })
})

describe.each(deployments)('userinfo (OpenID Connect Core 1.0 §5.3), $format', ({ deployment }) => {
  async function tokenFor(scope: string[], different: object = {}) {
    const code = await giveCode({ scope, ...different })
    return tokensIn(await deployment.token('authorization_code', { code })).access_token
  }
  const ask = (token: string, method = 'GET') =>
    deployment.userinfo([['Authorization', `Bearer ${token}`]], method)
  const told = (body: object) => ({ status: 200, headers: noStoreJson, body })

  test.each([
    { scope: ['openid'], body: {} },
    { scope: ['openid', 'profile'], body: { name: 'Ada Lovelace', preferred_username: 'ada' } },
    { scope: ['openid', 'email'], body: { email: 'ada@example.com', email_verified: false } },
    {
      scope: ['openid', 'profile', 'email', 'read'],
      body: {
        name: 'Ada Lovelace',
        preferred_username: 'ada',
        email: 'ada@example.com',
        email_verified: false,
      },
    },
  ])('tells what $scope lets the client know (§5.4)', async ({ scope, body }) => {
    expect(await ask(await tokenFor(scope))).toEqual(told({ sub: 'subject-1', ...body }))
  })

  test('leaves out what is not known', async () => {
    const token = await tokenFor(['openid', 'profile', 'email'], { username: 'bare', subject: 'subject-2' })
    expect(await ask(token)).toEqual(told({ sub: 'subject-2', preferred_username: 'bare' }))
  })

  test('says whether the address was verified', async () => {
    const token = await tokenFor(['openid', 'email'], { username: 'verified', subject: 'subject-3' })
    expect((await ask(token)).body).toMatchObject({ email_verified: true })
  })

  test('answers a POST as well (§5.3.1), and any case of the scheme (RFC 9110 §11.1)', async () => {
    const token = await tokenFor(['openid'])
    expect(await ask(token, 'POST')).toEqual(told({ sub: 'subject-1' }))
    expect(await deployment.userinfo([['authorization', `bEARER ${token}`]])).toEqual(
      told({ sub: 'subject-1' }),
    )
  })

  const challenge = { 'WWW-Authenticate': 'Bearer realm="oauth", error="invalid_token"' }
  const refused = errorResponse(
    401,
    'invalid_token',
    'The access token is missing, expired or not valid',
    challenge,
  )
  test.each([
    { reason: 'no bearer token', headers: [['Authorization', 'Basic YTpi']] },
    { reason: 'no bearer token', headers: [['Authorization', 'Bearer']] },
    { reason: 'no bearer token', headers: [['Authorization', 'Bearer a b']] },
    {
      reason: 'several Authorization headers',
      headers: [
        ['Authorization', 'Bearer a'],
        ['Authorization', 'Bearer a'],
      ],
    },
    { reason: 'the access token is not good', headers: [['Authorization', 'Bearer nonsense']] },
    { reason: 'the access token is not good', headers: [['Authorization', 'Bearer a.b.c']] },
  ] as const)('refuses $headers', async ({ reason, headers }) => {
    expect(await deployment.userinfo(headers)).toEqual(refused)
    expect(log.facts()).toEqual([expect.objectContaining({ level: 'WARN', error: 'invalid_token', reason })])
  })

  test('asks a caller without credentials for them, and names no error (RFC 6750 §3.1)', async () => {
    expect(await deployment.userinfo()).toEqual({
      ...refused,
      headers: { ...noStoreJson, 'WWW-Authenticate': 'Bearer realm="oauth"' },
    })
    expect(log.facts()).toMatchObject([{ error: 'invalid_token', reason: 'no credentials' }])
  })

  test.each([
    { what: 'expired', lateBy: 900, revoked: false },
    { what: 'revoked', lateBy: 0, revoked: true },
  ])('refuses a token that is $what', async ({ lateBy, revoked }) => {
    const token = await tokenFor(['openid'])
    if (revoked) await deployment.revoke({ token })
    clock.now = at(lateBy)
    expect(await ask(token)).toEqual(refused)
  })

  test.each([
    { what: 'is gone', different: { username: 'nobody' } },
    { what: 'is another person of the same name', different: { username: 'successor' } },
  ])('refuses a token whose user $what', async ({ different }) => {
    expect(await ask(await tokenFor(['openid'], different))).toEqual(refused)
    expect(log.facts().at(-1)).toMatchObject({ reason: 'the user is gone' })
  })

  test('refuses a token without openid, and says which scope is needed (RFC 6750 §3.1)', async () => {
    expect(await ask(await tokenFor(['read', 'profile']))).toEqual(
      errorResponse(403, 'insufficient_scope', 'This needs the scope openid', {
        'WWW-Authenticate': 'Bearer realm="oauth", error="insufficient_scope", scope="openid"',
      }),
    )
  })

  test('tells nothing of a machine', async () => {
    const { access_token } = tokensIn(await deployment.token('client_credentials', {}))
    expect((await ask(access_token)).status).toBe(403)
  })
})
