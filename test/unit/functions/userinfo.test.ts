import { beforeAll, describe, expect, test } from 'vitest'
import { at, T0, user } from '../../support/grants.ts'
import { captureLog } from '../../support/log-lines.ts'
import { preset } from '../../support/presets.ts'
import { errorResponse, noStoreJson, rateTold } from '../../support/responses.ts'
import { memoryDeployment } from '../../support/token-deployment.ts'
import { appClient, type Form, nativeClient, tokensIn, useWorld } from '../../support/world.ts'

const log = captureLog()
const { clock, stores, giveCode, deploy } = useWorld()
const rate = rateTold(Number(T0))
const { scopes, ...butlr } = preset('butlr')
const deployments = [
  { format: 'JWT', deployment: deploy({ ...butlr, scopes }, [appClient(), nativeClient()]) },
  {
    format: 'uuid',
    deployment: deploy({ ...butlr, scopes, accessToken: { format: 'uuid' } }, [appClient(), nativeClient()]),
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
    headers: { ...noStoreJson, 'WWW-Authenticate': challenge, ...rate },
    body: unauthorizedBody,
  })
  expect(log.facts()).toMatchObject([{ error: 'invalid_token', reason: 'the access token is not good' }])
  expect(await deployment.userinfo()).toMatchObject({ status: 401, body: unauthorizedBody })
})

describe.each(deployments)('userinfo (OpenID Connect Core 1.0 §5.3), $format', ({ deployment }) => {
  async function tokenFor(scope: string[], different: object = {}, form: Form = {}) {
    const code = await giveCode({ scope, ...different })
    return tokensIn(await deployment.token('authorization_code', { code, ...form })).access_token
  }
  const ask = (token: string, method = 'GET') =>
    deployment.userinfo([['Authorization', `Bearer ${token}`]], method)
  const told = (body: object) => ({ status: 200, headers: { ...noStoreJson, ...rate }, body })

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

  const challenge = { 'WWW-Authenticate': 'Bearer realm="oauth", error="invalid_token"', ...rate }
  const refused = errorResponse(
    401,
    'invalid_token',
    'The access token is missing, expired or not valid',
    challenge,
  )
  test.each([
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

  test.each([
    { what: 'without credentials', headers: [] },
    { what: 'with those of another scheme', headers: [['Authorization', 'Basic YTpi']] },
  ] as const)('asks a caller $what for them, and names no error (RFC 6750 §3.1)', async ({ headers }) => {
    expect(await deployment.userinfo(headers)).toEqual({
      ...refused,
      headers: { ...noStoreJson, 'WWW-Authenticate': 'Bearer realm="oauth"', ...rate },
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
    expect(await ask(token)).toEqual({
      ...refused,
      headers: { ...refused.headers, ...rateTold(clock.now) },
    })
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
        ...rate,
      }),
    )
  })

  test('tells nothing of a machine', async () => {
    const { access_token } = tokensIn(await deployment.token('client_credentials', {}))
    expect((await ask(access_token)).status).toBe(403)
  })

  describe('within the rate (B1.13)', () => {
    const inTier = (requestsPerMinute: number) =>
      memoryDeployment([appClient({ account: 'acme' }), nativeClient({ account: 'acme' })], {
        tier: { requestsPerMinute },
        clock: () => clock.now * 1000,
      })
    const askOf = (token: string, rated: ReturnType<typeof inTier>) =>
      deployment.userinfo([['Authorization', `Bearer ${token}`]], 'GET', rated)

    test('counts where the API does: on the app’s account, and each user of a public client apart', async () => {
      const rated = inTier(600)
      await askOf(await tokenFor(['openid']), rated)
      await askOf(await tokenFor(['openid'], { clientId: 'native' }, { client_id: 'native' }), rated)
      expect(rated.limits.writes).toEqual(['account:acme', 'public:native:subject-1'])
    })

    test('is 429 above it, with the time to wait', async () => {
      const rated = inTier(1)
      const token = await tokenFor(['openid'])
      expect(await askOf(token, rated)).toEqual({
        ...told({ sub: 'subject-1' }),
        headers: { ...noStoreJson, ...rateTold(clock.now, 0, 1) },
      })
      expect(await askOf(token, rated)).toEqual(
        errorResponse(429, 'temporarily_unavailable', 'Too many requests', {
          ...rateTold(clock.now, 0, 1),
          'Retry-After': '40',
        }),
      )
    })

    test('refuses a token of a client that is gone, which no account answers for', async () => {
      const answer = await askOf(await tokenFor(['openid']), memoryDeployment([]))
      expect(answer).toEqual(refused)
      expect(log.facts().at(-1)).toMatchObject({ reason: 'an access token of a client that is gone' })
    })
  })
})
