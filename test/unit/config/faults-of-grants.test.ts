import { describe, expect, test } from 'vitest'
import { type Fault, FaultyFile } from '../../../shared/config/faults.ts'
import { checkConfig } from '../../../shared/config/parse.ts'

const sound = {
  scopes: { read: { description: 'Read' } },
  scope: { whenOmitted: 'error' },
  grants: { authorization_code: {}, client_credentials: {}, refresh_token: {} },
  rateLimits: { defaultTier: 'one', tiers: { one: { requestsPerMinute: 1 } } },
}
const upstream = {
  issuer: 'https://idp.example',
  clientId: 'scrip',
  clientSecretArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:idp-AbCdEf',
  name: 'Acme',
}

/** The faults as `path: expectation`. */
function faultsOf(different: object): string[] {
  try {
    checkConfig({ ...sound, ...different }, 'scrip.yaml')
    return []
  } catch (error) {
    if (!(error instanceof FaultyFile)) throw error
    return error.faults.map(({ path, expected }: Fault) => `${path}: ${expected}`)
  }
}

const unknownKey = 'no such setting; is it misspelled?'
const flag = 'true or false'
const isFalse = 'false, since the grant refresh_token is not offered'
const prefix = 'a prefix of letters, digits and underscores'
const environment = '{environment} stands for live or test'
const range = (what: string, min: number, max: number) => `a whole number of ${what} from ${min} to ${max}`

describe('what grants and tokens may be', () => {
  test.each<{ different: object }>([
    { different: {} },
    { different: { grants: { password: {}, refresh_token: {} } } },
    { different: { grants: { authorization_code: { refreshToken: false } } } },
    {
      different: {
        grants: { client_credentials: { refreshToken: true, subject: 'owner' }, refresh_token: {} },
      },
    },
    {
      different: { accessToken: { format: 'prefixed', prefix: 'bb_live_', audience: 'https://api.example' } },
    },
    { different: { accessToken: { format: 'uuid' }, refresh: { prefix: 'r_', length: 76 } } },
    { different: { refresh: { length: 200, ttlSeconds: 316_224_000, overlapSeconds: 300 } } },
    { different: { session: { idleSeconds: 600, absoluteSeconds: 600 } } },
    { different: { authorize: { requiredParameters: { type: 'web_server' }, codeTtlSeconds: 600 } } },
    { different: { upstream } },
    // Auth0's issuers end so.
    { different: { upstream: { ...upstream, issuer: 'https://acme.eu.auth0.com/' } } },
  ])('%j', ({ different }) => {
    expect(faultsOf(different)).toEqual([])
  })
})

describe('each fault of grants and tokens is told with its path', () => {
  const faulty: readonly (readonly [different: object, faults: readonly string[]])[] = [
    [{ grants: { refresh_token: {} } }, ['grants: at least one grant that gives tokens to begin with']],
    [
      { grants: { authorization_code: {}, password: {} } },
      [`grants.authorization_code.refreshToken: ${isFalse}`, `grants.password.refreshToken: ${isFalse}`],
    ],
    [
      { grants: { client_credentials: { refreshToken: true } } },
      [`grants.client_credentials.refreshToken: ${isFalse}`],
    ],
    [
      { grants: { ...sound.grants, client_credentials: { refreshToken: 'yes' } } },
      [`grants.client_credentials.refreshToken: ${flag}, but got "yes"`],
    ],
    [
      { grants: { ...sound.grants, client_credentials: { subject: 'account' } } },
      ['grants.client_credentials.subject: one of client, owner, but got "account"'],
    ],
    [
      { grants: { ...sound.grants, authorization_code: { subject: 'owner' } } },
      [`grants.authorization_code.subject: ${unknownKey}`],
    ],
    [
      { grants: { ...sound.grants, refresh_token: { refreshToken: true } } },
      [`grants.refresh_token.refreshToken: ${unknownKey}`],
    ],
    [
      {
        grants: { ...sound.grants, authorization_code: { accessTokenTtlSeconds: 120 } },
        refresh: { ttlSeconds: 60 },
      },
      ['grants.authorization_code.accessTokenTtlSeconds: at most refresh.ttlSeconds (60)'],
    ],
    [{ accessToken: { format: 'prefixed' } }, ['accessToken.prefix: this setting, which is missing']],
    ...['', 'bb-live-', 'bb live', 'é', 'x'.repeat(31)].map(
      (value) =>
        [
          { accessToken: { format: 'prefixed', prefix: value } },
          [`accessToken.prefix: ${prefix}, such as bb_live_; ${environment}, but got "${value}"`],
        ] as const,
    ),
    [{ accessToken: { format: 'uuid', prefix: 'x' } }, [`accessToken.prefix: ${unknownKey}`]],
    [
      { accessToken: { format: 'prefixed', prefix: 'x_' }, refresh: { prefix: 'x_' } },
      ['refresh.prefix: another prefix than that of access tokens'],
    ],
    [
      {
        environment: 'test',
        accessToken: { format: 'prefixed', prefix: 'x_{environment}_' },
        refresh: { prefix: 'x_test_' },
      },
      ['refresh.prefix: another prefix than that of access tokens'],
    ],
    [{ refresh: { prefix: 'x-' } }, [`refresh.prefix: ${prefix}, but got "x-"`]],
    ...[75, 201].map(
      (value) =>
        [
          { refresh: { length: value } },
          [`refresh.length: ${range('characters', 76, 200)}, but got ${value}`],
        ] as const,
    ),
    ...[14, 301].map(
      (value) =>
        [
          { refresh: { overlapSeconds: value } },
          [`refresh.overlapSeconds: ${range('seconds', 15, 300)}, but got ${value}`],
        ] as const,
    ),
    [{ refresh: { lifetime: 'forever' } }, ['refresh.lifetime: one of fixed, sliding, but got "forever"']],
    [{ refresh: { revokesAccessToken: 1 } }, [`refresh.revokesAccessToken: ${flag}, but got 1`]],
    [
      { response: { refreshTokenExpiresIn: 'no' } },
      [`response.refreshTokenExpiresIn: ${flag}, but got "no"`],
    ],
    [
      { authorize: { codeTtlSeconds: 601 } },
      [`authorize.codeTtlSeconds: ${range('seconds', 10, 600)}, but got 601`],
    ],
    [
      { authorize: { requiredParameters: { Type: 'x' } } },
      ['authorize.requiredParameters.Type: a parameter name, but got "Type"'],
    ],
    [
      { session: { idleSeconds: 700, absoluteSeconds: 600 } },
      ['session.idleSeconds: at most session.absoluteSeconds (600)'],
    ],
    [
      { signIn: { failuresPerUser: 0, failuresPerSource: 0, windowSeconds: 59 } },
      [
        `signIn.windowSeconds: ${range('seconds', 60, 86_400)}, but got 59`,
        `signIn.failuresPerUser: ${range('failures', 1, 1000)}, but got 0`,
        `signIn.failuresPerSource: ${range('failures', 1, 100_000)}, but got 0`,
      ],
    ],
    [{ pages: { serviceName: ' ' } }, ['pages.serviceName: a text that is not empty, but got ""']],
    [{ pkce: { required: 'sometimes' } }, ['pkce.required: one of always, public, but got "sometimes"']],
    [{ redirectUris: { match: 'prefix' } }, ['redirectUris.match: one of exact, subpath, but got "prefix"']],
    [
      { upstream, grants: { password: {}, refresh_token: {} } },
      ['upstream: the grant authorization_code, which alone signs people in by redirect'],
    ],
    [
      { upstream: { ...upstream, clientSecretArn: 'hunter2' } },
      [
        'upstream.clientSecretArn: the ARN of a secret in Secrets Manager, with its six characters at the end',
      ],
    ],
    [
      { upstream: { ...upstream, tier: 'one' } },
      ['upstream.account: the account that is to be on upstream.tier'],
    ],
    [
      { upstream: { ...upstream, account: 'tenants', tier: 'toString' } },
      ['upstream.tier: one of the tiers (one)'],
    ],
    [
      { upstream: { ...upstream, issuer: 'http://idp.example' } },
      [expect.stringMatching(/^upstream\.issuer: an https URL/) as unknown as string],
    ],
  ]
  test.each(faulty)('%j', (different, faults) => {
    expect(faultsOf(different)).toEqual(faults)
  })
})
