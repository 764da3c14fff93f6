import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import OAuth2Strategy from 'passport-oauth2'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunningStack } from '../support/local-stack.ts'
import { app, appSecret, password, person, startWith } from '../support/people.ts'
import { allowAt, visitor } from '../support/visitor.ts'

const callback = 'https://app.example/callback'
const people = ['openid-client', 'oauth4webapi', 'passport'].map((username) => person(username))
const clients = [
  app({ client_id: 'by-openid-client', scope: 'read write openid profile' }),
  app({ client_id: 'by-oauth4webapi', scope: 'read openid', token_endpoint_auth_method: 'none' }),
  app({ client_id: 'by-passport' }),
]
const insecure = { [oauth.allowInsecureRequests]: true }

let stack: RunningStack
beforeAll(async () => {
  stack = await startWith({ users: people, clients })
})
afterAll(async () => {
  await stack?.stop()
})

test('openid-client goes all the way: sign in, ID token, userinfo, refresh, introspect, revoke', async () => {
  const configuration = await openid.discovery(new URL(stack.url), 'by-openid-client', appSecret, undefined, {
    execute: [openid.allowInsecureRequests],
  })
  const verifier = openid.randomPKCECodeVerifier()
  const nonce = openid.randomNonce()
  const state = openid.randomState()
  const start = openid.buildAuthorizationUrl(configuration, {
    redirect_uri: callback,
    scope: 'read openid profile',
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    nonce,
    state,
  })
  const back = await allowAt(visitor(stack.url), start.href, { username: 'openid-client', password })
  const tokens = await openid.authorizationCodeGrant(configuration, new URL(back.location ?? ''), {
    pkceCodeVerifier: verifier,
    expectedNonce: nonce,
    expectedState: state,
    idTokenExpected: true,
  })
  const subject = tokens.claims()?.sub ?? ''
  expect(await openid.fetchUserInfo(configuration, tokens.access_token, subject)).toEqual({
    sub: subject,
    name: 'Ada Lovelace',
    preferred_username: 'openid-client',
  })

  const renewed = await openid.refreshTokenGrant(configuration, tokens.refresh_token ?? '')
  expect(renewed.refresh_token).not.toBe(tokens.refresh_token)
  expect(await openid.tokenIntrospection(configuration, renewed.access_token)).toMatchObject({
    active: true,
    scope: 'read openid profile',
    sub: subject,
  })
  await openid.tokenRevocation(configuration, renewed.refresh_token ?? '')
  expect(await openid.tokenIntrospection(configuration, renewed.access_token)).toEqual({ active: false })
})

test('oauth4webapi, as a public client with PKCE alone', async () => {
  const issuer = new URL(stack.url)
  const server = await oauth.processDiscoveryResponse(
    issuer,
    await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }),
  )
  const client = { client_id: 'by-oauth4webapi' }
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const start = new URL(server.authorization_endpoint ?? '')
  start.search = new URLSearchParams({
    ...client,
    response_type: 'code',
    redirect_uri: callback,
    scope: 'read',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
  }).toString()
  const back = await allowAt(visitor(stack.url), start.href, { username: 'oauth4webapi', password })
  const parameters = oauth.validateAuthResponse(server, client, new URL(back.location ?? ''), state)
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    parameters,
    callback,
    verifier,
    insecure,
  )
  expect(await oauth.processAuthorizationCodeResponse(server, client, response)).toEqual({
    access_token: expect.any(String),
    refresh_token: expect.any(String),
    token_type: 'bearer',
    expires_in: 3600,
  })
})

/** What passport hands to a strategy of a request, and what the strategy decides of it. */
interface Attempt {
  readonly url: string
  readonly session: object
}

function authenticate(strategy: OAuth2Strategy, { url, session }: Attempt): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = { url, query: Object.fromEntries(new URL(url).searchParams), session, headers: {} }
    Object.assign(strategy, { success: resolve, redirect: resolve, fail: reject, error: reject })
    strategy.authenticate(request as never, {})
  })
}

test('passport-oauth2 signs a user of its app in', async () => {
  const strategy = new OAuth2Strategy(
    {
      authorizationURL: `${stack.url}/oauth/authorize`,
      tokenURL: `${stack.url}/oauth/token`,
      clientID: 'by-passport',
      clientSecret: appSecret,
      callbackURL: callback,
      scope: ['read', 'write'],
      state: true,
      pkce: true,
    },
    (accessToken: string, refreshToken: string, profile: object, done: (error: null, user: object) => void) =>
      done(null, { accessToken, refreshToken, profile }),
  )
  const session = {}
  const start = String(await authenticate(strategy, { url: 'https://app.example/login', session }))
  const back = await allowAt(visitor(stack.url), start, { username: 'passport', password })
  expect(await authenticate(strategy, { url: back.location ?? '', session })).toEqual({
    accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    refreshToken: expect.stringMatching(/^[0-9A-Za-z]{80}$/),
    profile: {},
  })
})
