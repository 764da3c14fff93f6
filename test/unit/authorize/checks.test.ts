/** The checks of an authorization request, one table each; over HTTP they stand in test/e2e. */
import { describe, expect, test } from 'vitest'
import { checkPkce } from '../../../functions/authorize/checks/pkce.ts'
import { mustConsent, mustSignIn, refuseInteraction } from '../../../functions/authorize/interaction.ts'
import { readAuthorization, readTarget } from '../../../functions/authorize/request.ts'
import type { AuthorizationRequest, Prompt } from '../../../shared/protocol/authorization-request.ts'
import { clientId, epochSeconds, seconds } from '../../../shared/protocol/brands.ts'
import { parseRequestParameters, requestParameters } from '../../../shared/protocol/request-parameters.ts'
import { publicClient } from '../../support/clients.ts'
import { preset } from '../../support/presets.ts'
import { redirectUri, webClient, webRequest } from '../../support/web-client.ts'

const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
const refusal = (code: string, description: string) =>
  expect.objectContaining({ name: 'AuthorizationError', code, description })

describe('PKCE (RFC 7636 §4.4.1)', () => {
  const required = refusal('invalid_request', 'code_challenge is required')
  test.each([
    { policy: 'always', client: 'confidential', outcome: required },
    { policy: 'always', client: 'public', outcome: required },
    { policy: 'public', client: 'confidential', outcome: undefined },
    { policy: 'public', client: 'public', outcome: required },
  ] as const)('required $policy, $client client without challenge', ({ policy, client, outcome }) => {
    const check = () =>
      checkPkce(parseRequestParameters(''), client === 'public' ? publicClient() : webClient(), {
        required: policy,
      })
    if (outcome === undefined) expect(check()).toBeUndefined()
    else expect(check).toThrow(outcome)
  })

  test.each(['code_challenge=', 'code_challenge_method=S256', 'code_challenge_method=plain'])(
    'takes no half of it: %s',
    (query) => {
      expect(() => checkPkce(parseRequestParameters(query), webClient(), { required: 'public' })).toThrow(
        refusal('invalid_request', 'code_challenge_method needs a code_challenge'),
      )
    },
  )

  test('a challenge that is given binds, also where none is required', () => {
    const query = `code_challenge=${challenge}&code_challenge_method=S256`
    expect(checkPkce(parseRequestParameters(query), webClient(), { required: 'public' })).toBe(challenge)
  })
})

describe('a request without fault', () => {
  const config = preset('default')
  const clients = { find: async () => webClient() }
  const read = async (different: Record<string, string | undefined> = {}) => {
    const parameters = requestParameters(Object.entries(webRequest(different)))
    return readAuthorization(parameters, await readTarget(parameters, config, clients), config)
  }

  test('is read whole', async () => {
    expect(
      await read({
        prompt: 'login consent',
        max_age: '60',
        nonce: 'n',
        login_hint: 'ada',
        response_mode: 'form_post',
      }),
    ).toEqual({
      target: {
        client: webClient(),
        redirectUri: new URL(redirectUri),
        requestedRedirectUri: redirectUri,
        responseMode: 'form_post',
        state: 'xyz',
      },
      scope: ['read'],
      requestedScope: ['read'],
      codeChallenge: challenge,
      prompts: new Set(['login', 'consent']),
      maxAge: 60,
      nonce: 'n',
      loginHint: 'ada',
    })
  })

  test('gets the default scope where it names none, and says that it named none', async () => {
    expect(await read({ scope: undefined })).toMatchObject({ scope: ['read'], requestedScope: undefined })
  })

  test('may leave redirect_uri out, and the exchange then has to as well (RFC 6749 §4.1.3)', async () => {
    expect((await read({ redirect_uri: undefined })).target).toMatchObject({
      redirectUri: new URL(redirectUri),
      requestedRedirectUri: undefined,
    })
  })

  test('does not repeat a state with control characters', async () => {
    await expect(read({ state: 'a\nb' })).rejects.toThrow(
      refusal('invalid_request', 'A parameter has a control character'),
    )
    const parameters = requestParameters(Object.entries(webRequest({ state: 'a\nb' })))
    expect((await readTarget(parameters, config, clients)).state).toBeUndefined()
  })
})

describe('what a person is asked', () => {
  const now = epochSeconds(1_700_000_000)
  const session = {
    id: 's',
    username: 'ada',
    subject: 'sub',
    sessionVersion: 1,
    authTime: epochSeconds(now - 60),
  }
  const authorization = (
    different: Partial<AuthorizationRequest> & {
      readonly client?: ReturnType<typeof webClient>
      readonly uri?: string
    } = {},
  ): AuthorizationRequest => {
    const { client = webClient(), uri = redirectUri, ...rest } = different
    const target = {
      client,
      redirectUri: new URL(uri),
      requestedRedirectUri: uri,
      responseMode: 'query' as const,
      state: undefined,
    }
    return {
      target,
      scope: ['read'],
      requestedScope: ['read'],
      codeChallenge: undefined,
      prompts: new Set(),
      maxAge: undefined,
      nonce: undefined,
      loginHint: undefined,
      ...rest,
    }
  }
  const prompts = (...names: Prompt[]) => ({ prompts: new Set(names) })

  test.each([
    ['nobody is signed in', {}, undefined, true],
    ['somebody is', {}, session, false],
    ['prompt=login', prompts('login'), session, true],
    ['prompt=select_account', prompts('select_account'), session, true],
    ['prompt=consent', prompts('consent'), session, false],
    ['the sign-in is as old as max_age', { maxAge: seconds(60) }, session, false],
    ['the sign-in is older', { maxAge: seconds(59) }, session, true],
  ])('to sign in: %s', (_, different, current, expected) => {
    expect(mustSignIn(authorization(different), current, now)).toBe(expected)
  })

  const consent = (...scope: string[]) => ({
    username: 'ada',
    clientId: clientId('web'),
    scope,
    grantedAt: now,
  })
  const native = publicClient({ redirectUris: ['http://127.0.0.1/callback'] })
  test.each([
    ['never allowed before', {}, undefined, true],
    ['allowed before', {}, consent('read'), false],
    ['allowed more before', {}, consent('read', 'write'), false],
    ['allowed what contains it', {}, consent('admin'), false],
    ['allowed less before', { scope: ['read', 'write'] }, consent('read'), true],
    ['prompt=consent', prompts('consent'), consent('read'), true],
    ['an app of the operator', { client: webClient({ firstParty: true }) }, undefined, false],
    [
      'an app of the operator, prompt=consent',
      { client: webClient({ firstParty: true }), ...prompts('consent') },
      undefined,
      true,
    ],
    ['a public app on the web', { client: publicClient() }, consent('read'), false],
    ['a public app on loopback', { client: native, uri: 'http://127.0.0.1/callback' }, consent('read'), true],
    [
      'a public app with a scheme of its own',
      { client: native, uri: 'com.example.app:/callback' },
      consent('read'),
      true,
    ],
  ])('for consent: %s', (_, different, given, expected) => {
    expect(mustConsent(authorization(different), given, preset('default'))).toBe(expected)
  })

  test('with prompt=none nothing, and the error says what it would be', () => {
    expect(() => refuseInteraction(authorization(prompts('none')), 'login_required')).toThrow(
      refusal('login_required', 'The user has to sign in'),
    )
    expect(() => refuseInteraction(authorization(prompts('none')), 'consent_required')).toThrow(
      refusal('consent_required', 'The user has to give consent'),
    )
    expect(() => refuseInteraction(authorization(), 'login_required')).not.toThrow()
  })
})
