/** B4.5: the dashboard's people sign in at an upstream OpenID provider, and no password reaches this service. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { dataDirectory, type RunningStack } from '../support/local-stack.ts'
import { app, appSecret, query, startWith } from '../support/people.ts'
import { postForm } from '../support/token-request.ts'
import {
  signInUpstream,
  startUpstream,
  type UpstreamServer,
  upstreamClient,
} from '../support/upstream-provider.ts'
import { answerOf, type Visit, type Visitor, visitor } from '../support/visitor.ts'

let stack: RunningStack
let upstream: UpstreamServer
const clientSecretArn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:upstream-client-AbCdEf'

beforeAll(async () => {
  upstream = await startUpstream(() => [`${stack.url}/oauth/callback`])
  const directory = dataDirectory()
  keepSecret(join(directory, 'data/test'), upstreamClient.secret)
  const preset = parse(readFileSync('infra/presets/butlr.yaml', 'utf8')) as {
    readonly grants: Readonly<Record<string, object>>
  }
  const { password: _, ...grants } = preset.grants
  const { issuer } = upstream
  const config = {
    ...preset,
    grants,
    upstream: {
      issuer,
      clientId: upstreamClient.id,
      clientSecretArn,
      name: 'Example ID',
      account: 'tenants',
      tier: 'standard',
    },
  }
  const clients = [
    app({
      client_id: 'dashboard',
      client_name: 'Dashboard',
      scope: 'read openid profile email',
      first_party: true,
    }),
    app({ client_id: 'other', client_name: 'Other app', scope: 'read' }),
  ]
  stack = await startWith({ users: [], clients }, { config, directory })
})
afterAll(async () => {
  await stack?.stop()
  await upstream?.close()
})
beforeEach(() => {
  upstream.profiles.clear()
  upstream.age = 0
})

/** The operator's secret, as Secrets Manager would hold it. */
function keepSecret(folder: string, secretString: string): void {
  mkdirSync(folder, { recursive: true })
  const versions = { [crypto.randomUUID()]: { secretString, createdDate: 1, stages: ['AWSCURRENT'] } }
  const secret = { name: 'upstream-client', arn: clientSecretArn, createdDate: 1, versions }
  writeFileSync(join(folder, 'secrets.json'), JSON.stringify({ secrets: { [secret.name]: secret } }))
}

const request = (different: Record<string, string | undefined> = {}) =>
  `${stack.url}/oauth/authorize?${query({
    response_type: 'code',
    client_id: 'dashboard',
    scope: 'openid profile email',
    state: 'xyz',
    ...different,
  })}`

/** Presses the login page's button. */
async function toProvider(person: Visitor, url = request()): Promise<Visit> {
  return person.submit(await person.get(url), '/login', { decision: 'upstream' })
}

/** The claims of the ID token that the app gets for its code. */
async function idTokenOf(answer: Visit): Promise<Record<string, unknown>> {
  const { body } = await postForm(`${stack.url}/oauth/token`, {
    grant_type: 'authorization_code',
    code: answerOf(answer).code ?? '',
    client_id: 'dashboard',
    client_secret: appSecret,
  })
  const { id_token } = body as { readonly id_token: string }
  return JSON.parse(Buffer.from(id_token.split('.')[1] ?? '', 'base64url').toString())
}

async function signIn(person: Visitor, login: string, url = request()): Promise<Visit> {
  const back = await signInUpstream(person, await toProvider(person, url), login)
  return person.follow(await person.follow(back))
}

describe('B4.5 signing in upstream', () => {
  test('offers no password field, takes none, and brings the person back to the app', async () => {
    const person = visitor(stack.url)
    const page = await person.get(request())
    expect(page.text).toContain('>Sign in with Example ID</button>')
    expect(page.text).not.toContain('type="password"')
    const typed = await person.submit(page, '/login', { username: 'ada', password: 'secret phrase' })
    expect(typed).toMatchObject({ status: 400, heading: 'No passwords here' })
    const answer = await signIn(person, 'ada')
    expect(answerOf(answer)).toEqual({
      code: expect.stringMatching(/^[\w-]{43}$/),
      state: 'xyz',
      iss: stack.url,
    })
  })

  test('goes there with state, nonce and PKCE, and with what the app asked for', async () => {
    const person = visitor(stack.url)
    const { location = '' } = await toProvider(
      person,
      request({ prompt: 'login', login_hint: 'ada', max_age: '60' }),
    )
    const { state, nonce, code_challenge, ...others } = Object.fromEntries(new URL(location).searchParams)
    expect([state, nonce, code_challenge]).toEqual(Array(3).fill(expect.stringMatching(/^[\w-]{43}$/)))
    expect(others).toEqual({
      client_id: upstreamClient.id,
      code_challenge_method: 'S256',
      login_hint: 'ada',
      max_age: '0',
      prompt: 'login',
      redirect_uri: `${stack.url}/oauth/callback`,
      response_type: 'code',
      scope: 'openid profile email',
    })
    const cookie = person.cookies.get('scrip-upstream') ?? ''
    expect(cookie).toMatch(/^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/)
    expect(cookie.length).toBeLessThan(2_048)
  })

  test('knows a person by issuer and subject: the same each time, whatever the e-mail address', async () => {
    upstream.profiles.set('grace', { name: 'Grace', email: 'shared@example.com', email_verified: true })
    upstream.profiles.set('mallory', { name: 'Mallory', email: 'shared@example.com', email_verified: true })
    const [first, again, other] = [
      await idTokenOf(await signIn(visitor(stack.url), 'grace')),
      await idTokenOf(await signIn(visitor(stack.url), 'grace')),
      await idTokenOf(await signIn(visitor(stack.url), 'mallory')),
    ]
    expect(again.sub).toBe(first.sub)
    expect(other.sub).not.toBe(first.sub)
  })

  test('takes over the profile, anew at each sign-in', async () => {
    const person = visitor(stack.url)
    const signedInAs = async () =>
      /Signed in as <strong>([^<]*)</.exec((await person.get('/oauth/account')).text)?.[1]
    upstream.profiles.set('edsger', { name: 'Edsger', email: 'edsger@example.com', email_verified: true })
    await signIn(person, 'edsger')
    expect(await signedInAs()).toBe('Edsger')
    upstream.profiles.set('edsger', { name: 'E. W. Dijkstra' })
    await signIn(person, 'edsger', request({ prompt: 'login' }))
    expect(await signedInAs()).toBe('E. W. Dijkstra')
    expect((await person.get('/oauth/account')).text).not.toContain('Change your password')
  })

  test('leads to the account page where no app asked', async () => {
    const person = visitor(stack.url)
    const back = await signInUpstream(person, await toProvider(person, '/oauth/login'), 'barbara')
    expect(await person.follow(await person.follow(back))).toMatchObject({ heading: 'Your account' })
  })
})

describe('when the person signed in is what the provider says (OpenID Connect Core 1.0 §2)', () => {
  const now = () => Math.floor(Date.now() / 1000)

  /** Somebody who signed in at the provider so many seconds ago, and has no session here. */
  async function signedInThere(seconds: number): Promise<Visitor> {
    const person = visitor(stack.url)
    upstream.age = seconds
    await signInUpstream(person, await toProvider(person, '/oauth/login'), 'alan')
    upstream.age = 0
    return person
  }

  test.each([{ max_age: '60' }, { max_age: '0' }, { prompt: 'login' }])(
    'an app that asks for a new sign-in gets none from before, whatever the person takes out of the URL: %j',
    async (asked) => {
      const person = await signedInThere(300)
      const there = new URL((await toProvider(person, request(asked))).location ?? '')
      there.searchParams.delete('prompt')
      there.searchParams.delete('max_age')
      const answer = await person.follow(await person.get(there.href))
      expect(answer).toMatchObject({ status: 400, heading: 'You are not signed in' })
      expect(answer.text).toContain('Your sign-in at Example ID is from before, and a new one is needed.')
      expect(person.cookies.has('scrip-session')).toBe(false)
    },
  )

  test.each([{ max_age: '60' }, { prompt: 'login' }])('a new sign-in serves it: %j', async (asked) => {
    const person = await signedInThere(300)
    const { auth_time } = await idTokenOf(await signIn(person, 'alan', request(asked)))
    expect(now() - Number(auth_time)).toBeLessThan(30)
  })

  test('the app reads the provider’s auth_time, not when the person came back', async () => {
    const person = await signedInThere(300)
    const back = await person.follow(await toProvider(person))
    const { auth_time } = await idTokenOf(await person.follow(await person.follow(back)))
    expect(now() - Number(auth_time)).toBeGreaterThanOrEqual(300)
    expect(now() - Number(auth_time)).toBeLessThan(330)
  })

  test('one that is older than a session may be is none', async () => {
    const person = await signedInThere(86_400)
    const there = new URL((await toProvider(person)).location ?? '')
    expect(there.searchParams.get('max_age')).toBe('86400')
    there.searchParams.delete('max_age')
    const answer = await person.follow(await person.get(there.href))
    expect(answer).toMatchObject({ status: 400, heading: 'You are not signed in' })
    expect(person.cookies.has('scrip-session')).toBe(false)
  })
})

describe('what fails is told plainly', () => {
  const broken = { status: 502, heading: 'Signing in with Example ID did not work' }
  const again = { status: 400, heading: 'Please sign in again' }
  const brief = ({ status, heading }: Visit) => ({ status, heading })

  /** The URL at which the provider sends the person back, not followed. */
  async function wayBack(person: Visitor): Promise<URL> {
    const back = await signInUpstream(person, await toProvider(person), 'donald')
    return new URL(back.location ?? '')
  }

  test('a person who cancels there', async () => {
    const person = visitor(stack.url)
    const page = await person.follow(await person.follow(await toProvider(person)))
    const abort = /href="([^"]*\/abort)"/.exec(page.text)?.[1] ?? ''
    const back = await person.follow(await person.get(abort))
    const answer = await person.follow(back)
    expect(brief(answer)).toEqual({ status: 400, heading: 'You are not signed in' })
    expect(answer.text).toContain('Example ID did not sign you in, because you or Example ID refused.')
    expect(answer.text).toContain('Example ID: access_denied')
    expect(answer.text).toContain('<a class="button" href="/oauth/authorize?response_type=code&amp;')
  })

  test('an answer that another browser began, or that comes again', async () => {
    const person = visitor(stack.url)
    const back = await wayBack(person)
    expect(brief(await visitor(stack.url).get(back.href))).toEqual(again)
    expect((await person.get(back.href)).status).toBe(303)
    expect(brief(await person.get(back.href))).toEqual(again)
  })

  test.each([
    ['another state', (back: URL) => back.searchParams.set('state', 'A'.repeat(43))],
    ['no state', (back: URL) => back.searchParams.delete('state')],
    ['another code (code injection)', (back: URL) => back.searchParams.set('code', 'A'.repeat(43))],
    ['another issuer (mix-up)', (back: URL) => back.searchParams.set('iss', 'https://evil.example')],
    ['a repeated code', (back: URL) => back.searchParams.append('code', 'x')],
  ])('an answer with %s', async (_, change) => {
    const person = visitor(stack.url)
    const back = await wayBack(person)
    change(back)
    const answer = await person.get(back.href)
    expect(brief(answer)).toEqual(broken)
    expect(person.cookies.has('scrip-session')).toBe(false)
  })

  test('a code of another sign-in in this browser (PKCE and nonce)', async () => {
    const [victim, attacker] = [visitor(stack.url), visitor(stack.url)]
    const foreign = await wayBack(attacker)
    const own = await wayBack(victim)
    own.searchParams.set('code', foreign.searchParams.get('code') ?? '')
    expect(brief(await victim.get(own.href))).toEqual(broken)
  })

  test('a request too long to come back to goes back to the app', async () => {
    const random = Array.from({ length: 60 }, () => crypto.randomUUID()).join('')
    expect(answerOf(await toProvider(visitor(stack.url), request({ state: random })))).toEqual({
      error: 'invalid_request',
      error_description: 'The request is too long to sign in with Example ID',
      state: random,
      iss: stack.url,
    })
  })

  test('a form that another site sent', async () => {
    const answer = await visitor(stack.url).post('/oauth/login', { decision: 'upstream' })
    expect(brief(answer)).toEqual({ status: 403, heading: 'Please try again' })
  })

  test('a provider that is gone', async () => {
    const person = visitor(stack.url)
    const back = await wayBack(person)
    await upstream.close()
    const answer = await person.get(back.href)
    expect(brief(answer)).toEqual(broken)
    expect(answer.text).toContain('Example ID does not answer as it should just now.')
  })
})
