import { decodeJwt } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { clientId } from '../../../shared/protocol/brands.ts'
import { hashPassword } from '../../../shared/protocol/password.ts'
import { gidOf, parseRefreshToken } from '../../../shared/tokens/refresh-token.ts'
import { clientSecret } from '../../support/clients.ts'
import { T0, user } from '../../support/grants.ts'
import { captureLog } from '../../support/log-lines.ts'
import { weakHash } from '../../support/passwords.ts'
import { preset } from '../../support/presets.ts'
import { errorResponse, noStoreJson, rateTold } from '../../support/responses.ts'
import { refreshKeys } from '../../support/token-deployment.ts'
import { appClient, type Form, nativeClient, tokensIn, useWorld } from '../../support/world.ts'

const log = captureLog()
const { stores, deploy } = useWorld()
const config = preset('butlr')
const limited = { ...config, signIn: { windowSeconds: 900, failuresPerUser: 3, failuresPerSource: 100 } }
const clients = [
  appClient({ firstParty: true, scope: ['read', 'write', 'openid'] }),
  appClient({ clientId: clientId('stranger') }),
]
const butlr = deploy(config, clients)
const strict = deploy(limited, clients)
const right = 'correct horse battery staple'
const signIn = (form: Form = {}, deployment = butlr, sourceIp = '192.0.2.7') =>
  deployment.token('password', { username: 'ada', password: right, ...form }, { sourceIp })
const rate = rateTold(T0)
const refused = errorResponse(
  400,
  'invalid_grant',
  'The grant is invalid, expired, revoked or not for this client',
  rate,
)

beforeAll(async () => {
  const passwordHash = await hashPassword(right)
  for (const username of ['ada', 'guessed', 'twenty', 'clumsy', 'elsewhere'])
    await stores.users().create(user({ username, subject: `subject of ${username}`, passwordHash }))
  await stores.users().create(user({ username: 'upstream' }))
})

describe('a first-party app signs a user in (RFC 6749 §4.3)', () => {
  test('and gets tokens with the user as subject', async () => {
    const answer = await signIn({ scope: 'read openid' })
    expect(answer).toEqual({
      status: 200,
      headers: { ...noStoreJson, ...rate },
      body: {
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 900,
        refresh_token: expect.stringMatching(/^[0-9A-Za-z]{80}$/),
        id_token: expect.any(String),
      },
    })
    const { access_token, id_token, refresh_token } = tokensIn(answer)
    expect(decodeJwt(access_token)).toMatchObject({ sub: 'subject of ada', client_id: 'app' })
    expect(decodeJwt(id_token)).toMatchObject({ sub: 'subject of ada', auth_time: T0 })
    const token = parseRefreshToken(refresh_token, refreshKeys.find, config.refresh)
    expect(await stores.grants().find(token ? gidOf(token.grantId) : '')).toMatchObject({
      username: 'ada',
      grantType: 'password',
    })
  })

  test.each(['ADA', ' ada ', 'Ａｄａ'])('whose name is written %j', async (username) => {
    expect(decodeJwt(tokensIn(await signIn({ username })).access_token).sub).toBe('subject of ada')
  })
})

describe('a sign-in is refused with one and the same answer, whatever the reason', () => {
  test.each<{ reason: string; form: Form }>([
    { reason: 'wrong password', form: { password: 'correct horse battery stapl' } },
    { reason: 'wrong password', form: { password: right.toUpperCase() } },
    { reason: 'wrong password', form: { password: `${right}\0` } },
    { reason: 'unknown user', form: { username: 'nobody' } },
    { reason: 'unknown user', form: { username: 'a da' } },
    { reason: 'unknown user', form: { username: '__proto__' } },
    { reason: 'unknown user', form: { username: 'x'.repeat(5000) } },
    { reason: 'user has no password', form: { username: 'upstream' } },
    { reason: 'password too long', form: { password: 'x'.repeat(257) } },
    { reason: 'password too long', form: { username: 'nobody', password: 'x'.repeat(257) } },
  ])('$reason: $form', async ({ reason, form }) => {
    expect(await signIn(form)).toEqual(refused)
    expect(log.facts()).toEqual([expect.objectContaining({ level: 'WARN', error: 'invalid_grant', reason })])
    expect(log.text()).not.toContain(form.password ?? right)
  })
})

describe('a request is refused before anybody is looked for', () => {
  test('by a client that is not first-party (RFC 9700 §2.4)', async () => {
    const form = { client_id: 'stranger', client_secret: clientSecret }
    expect(await signIn(form)).toEqual(
      errorResponse(400, 'unauthorized_client', 'The password grant is for first-party clients', rate),
    )
  })

  test.each([
    { missing: 'username', form: { username: '' } },
    { missing: 'password', form: { password: '' } },
  ])('without $missing', async ({ missing, form }) => {
    expect(await signIn(form)).toEqual(errorResponse(400, 'invalid_request', `${missing} is required`, rate))
  })

  test('with a scope that is not the client’s', async () => {
    expect((await signIn({ scope: 'email' })).body).toEqual({
      error: 'invalid_scope',
      error_description: 'scope not registered for this client: email',
    })
  })
})

describe('guessing ends at the limit: 429 before any work', () => {
  const over = errorResponse(429, 'temporarily_unavailable', 'Too many requests', {
    ...rate,
    'Retry-After': '100', // the window of 900 s ends at 22:15:00
  })

  test('after so many failures the right password is refused as well, until the window ends', async () => {
    const wrong = { username: 'guessed', password: 'wrong' }
    for (let failure = 1; failure <= 3; failure += 1) expect(await signIn(wrong, strict)).toEqual(refused)
    expect(await signIn(wrong, strict)).toEqual(over)
    expect(await signIn({ username: 'guessed' }, strict)).toEqual(over)
  })

  test('the limit is exact also with twenty at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => signIn({ username: 'twenty', password: 'wrong' }, strict)),
    )
    expect(answers.filter(({ status }) => status === 400)).toEqual(Array(3).fill(refused))
    expect(answers.filter(({ status }) => status === 429)).toEqual(Array(17).fill(over))
  })

  test('a success takes its attempt back', async () => {
    for (let round = 1; round <= 6; round += 1)
      expect((await signIn({ username: 'clumsy' }, strict)).status).toBe(200)
    expect(await signIn({ username: 'clumsy', password: 'wrong' }, strict)).toEqual(refused)
    expect((await signIn({ username: 'clumsy' }, strict)).status).toBe(200)
  })

  test('a stranger locks nobody out: from another address the user signs in', async () => {
    const wrong = { username: 'elsewhere', password: 'wrong' }
    for (let failure = 1; failure <= 4; failure += 1) await signIn(wrong, strict)
    expect((await signIn({ username: 'elsewhere' }, strict)).status).toBe(429)
    expect((await signIn({ username: 'elsewhere' }, strict, '192.0.2.8')).status).toBe(200)
  })

  test('of many names lock out an address, and never a confidential app, behind which everybody has one', async () => {
    const few = { ...config, signIn: { windowSeconds: 900, failuresPerUser: 100, failuresPerSource: 3 } }
    const native = { ...nativeClient(), firstParty: true }
    const deployment = deploy(few, [...clients, native])
    const guess = (number: number, client: Form) =>
      signIn({ username: `made-up-${number}`, password: 'wrong', ...client }, deployment, '192.0.2.99')
    const statusesOf = async (client: Form) => {
      const answers = []
      for (let number = 1; number <= 4; number += 1) answers.push((await guess(number, client)).status)
      return answers
    }
    expect(await statusesOf({})).toEqual([400, 400, 400, 400])
    expect((await signIn({}, deployment, '192.0.2.99')).status).toBe(200)
    expect(await guess(1, { client_id: 'native' })).toMatchObject({ status: 429 })
  })

  test('and unknown users are counted alike', async () => {
    const wrong = { username: 'ghost', password: 'wrong' }
    const statuses = []
    for (let failure = 1; failure <= 4; failure += 1) statuses.push((await signIn(wrong, strict)).status)
    expect(statuses).toEqual([400, 400, 400, 429])
  })
})

describe('a hash that is weaker than a new one', () => {
  test('is made anew at the sign-in, and the password goes on working', async () => {
    const passwordHash = weakHash(right)
    await stores.users().create(user({ username: 'old', passwordHash }))
    expect((await signIn({ username: 'old' })).status).toBe(200)
    const { passwordHash: renewed } = (await stores.users().find('old')) ?? {}
    expect(renewed).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect((await signIn({ username: 'old' })).status).toBe(200)
    expect((await stores.users().find('old'))?.passwordHash).toBe(renewed)
  })

  test('stays after a wrong password', async () => {
    const passwordHash = weakHash(right)
    await stores.users().create(user({ username: 'oldguessed', passwordHash }))
    expect(await signIn({ username: 'oldguessed', password: 'wrong' })).toEqual(refused)
    expect((await stores.users().find('oldguessed'))?.passwordHash).toBe(passwordHash)
  })
})
