import { describe, expect, test } from 'vitest'
import { containedScopes } from '../../../shared/protocol/scope.ts'
import { preset } from '../../support/presets.ts'

const begins = (accessTokenTtlSeconds: number, refreshToken = true) => ({
  accessTokenTtlSeconds,
  refreshToken,
})
/** What each system’s configuration says of its grants and tokens: the table of differences. */
const expected = {
  default: {
    paths: { prefix: '/oauth' },
    scope: { whenOmitted: 'default', default: ['read'] },
    grants: {
      authorization_code: begins(3600),
      client_credentials: { ...begins(3600, false), subject: 'client' },
      refresh_token: { accessTokenTtlSeconds: 3600 },
    },
    accessToken: { format: 'jwt' },
    response: { tokenType: 'Bearer', scope: 'changed', refreshTokenExpiresIn: false },
    refresh: { ttlSeconds: 2_592_000, lifetime: 'fixed', revokesAccessToken: false, prefix: '' },
    requiredParameters: {},
    pkce: { required: 'always' },
    redirectUris: { match: 'exact' },
    tiers: { standard: 600, premium: 6000 },
  },
  buildr: {
    paths: { prefix: '/oauth' },
    scope: { whenOmitted: 'registered', default: [] },
    grants: { client_credentials: { ...begins(3600, false), subject: 'client' } },
    accessToken: { format: 'jwt' },
    response: { tokenType: 'Bearer', scope: 'always', refreshTokenExpiresIn: false },
    refresh: { ttlSeconds: 2_592_000, lifetime: 'fixed', revokesAccessToken: false, prefix: '' },
    requiredParameters: {},
    pkce: { required: 'always' },
    redirectUris: { match: 'exact' },
    tiers: { standard: 600 },
  },
  buddy: {
    paths: { prefix: '/oauth2' },
    scope: { whenOmitted: 'error', default: [] },
    grants: {
      authorization_code: begins(28_800),
      client_credentials: { ...begins(28_800), subject: 'owner' },
      refresh_token: { accessTokenTtlSeconds: 28_800 },
    },
    accessToken: { format: 'uuid' },
    response: { tokenType: 'Bearer', scope: 'changed', refreshTokenExpiresIn: true },
    refresh: { ttlSeconds: 158_112_000, lifetime: 'sliding', revokesAccessToken: true, prefix: '' },
    requiredParameters: { type: 'web_server' },
    pkce: { required: 'public' },
    redirectUris: { match: 'subpath' },
    tiers: { standard: 600 },
  },
  buildbutler: {
    paths: { prefix: '/oauth' },
    scope: { whenOmitted: 'default', default: ['read:jobs', 'read:builds'] },
    grants: { authorization_code: begins(3600), refresh_token: { accessTokenTtlSeconds: 3600 } },
    accessToken: { format: 'prefixed', prefix: 'bb_live_' },
    response: { tokenType: 'bearer', scope: 'changed', refreshTokenExpiresIn: false },
    refresh: { ttlSeconds: 2_592_000, lifetime: 'fixed', revokesAccessToken: true, prefix: 'bb_refresh_' },
    requiredParameters: {},
    pkce: { required: 'public' },
    redirectUris: { match: 'exact' },
    tiers: { free: 60, pro: 300, enterprise: 1000 },
  },
  butlr: {
    paths: { prefix: '/oauth' },
    scope: { whenOmitted: 'default', default: ['read'] },
    grants: {
      authorization_code: begins(900),
      password: begins(900),
      client_credentials: { ...begins(43_200, false), subject: 'client' },
      refresh_token: { accessTokenTtlSeconds: 900 },
    },
    accessToken: { format: 'jwt' },
    response: { tokenType: 'Bearer', scope: 'changed', refreshTokenExpiresIn: false },
    refresh: { ttlSeconds: 2_592_000, lifetime: 'fixed', revokesAccessToken: false, prefix: '' },
    requiredParameters: {},
    pkce: { required: 'public' },
    redirectUris: { match: 'exact' },
    tiers: { standard: 600 },
  },
}

test.each(Object.entries(expected))('preset %s is its system in data', (name, wanted) => {
  const { paths, scope, grants, accessToken, response, refresh, authorize, pkce, redirectUris, rateLimits } =
    preset(name)
  const { overlapSeconds, length, ...chosen } = refresh
  const { requiredParameters } = authorize
  const tiers = Object.fromEntries(
    Object.entries(rateLimits.tiers).map(([tier, { requestsPerMinute }]) => [tier, requestsPerMinute]),
  )
  expect({
    paths,
    scope,
    grants,
    accessToken,
    response,
    refresh: chosen,
    requiredParameters,
    pkce,
    redirectUris,
    tiers,
  }).toEqual(wanted)
  expect({ overlapSeconds, length }).toEqual({ overlapSeconds: 30, length: 80 })
})

/** What each scope of a preset contains, near or far; those that contain nothing are left out. */
function containments(name: string): Record<string, string[]> {
  const { scopes } = preset(name)
  const contained = Object.keys(scopes).map(
    (scope) => [scope, [...containedScopes([scope], scopes)].toSorted()] as const,
  )
  return Object.fromEntries(contained.filter(([, inner]) => inner.length > 0))
}

describe('Buddy’s scopes', () => {
  test('B2.14 are exactly these 24, in this order', () => {
    expect(Object.keys(preset('buddy').scopes).join(' ')).toBe(
      'WORKSPACE PROJECT_DELETE REPOSITORY_READ REPOSITORY_WRITE EXECUTION_INFO EXECUTION_RUN EXECUTION_MANAGE ' +
        'ENVIRONMENT_INFO ENVIRONMENT_ADD ENVIRONMENT_MANAGE USER_INFO USER_KEY USER_EMAIL INTEGRATION_INFO ' +
        'MEMBER_EMAIL MANAGE_EMAILS WEBHOOK_INFO WEBHOOK_ADD WEBHOOK_MANAGE VARIABLE_ADD VARIABLE_INFO ' +
        'VARIABLE_MANAGE TOKEN_INFO TOKEN_MANAGE',
    )
    expect(Object.keys(preset('buddy').scopes)).toHaveLength(24)
  })

  test('B2.15 contain exactly this, and no other containment exists', () => {
    expect(containments('buddy')).toEqual({
      REPOSITORY_WRITE: ['REPOSITORY_READ'],
      EXECUTION_RUN: ['EXECUTION_INFO'],
      EXECUTION_MANAGE: ['EXECUTION_INFO', 'EXECUTION_RUN'],
      MANAGE_EMAILS: ['USER_EMAIL'],
    })
    const stated = Object.entries(preset('buddy').scopes).filter(([, { contains }]) => contains.length > 0)
    expect(stated.map(([name, { contains }]) => `${name}: ${contains}`)).toEqual([
      'REPOSITORY_WRITE: REPOSITORY_READ',
      'EXECUTION_RUN: EXECUTION_INFO',
      'EXECUTION_MANAGE: EXECUTION_RUN',
      'MANAGE_EMAILS: USER_EMAIL',
    ])
  })
})

describe('BuildButler’s scopes', () => {
  test('B1.3 are exactly these; admin contains all others, and write:* no read:*', () => {
    const others = ['read:jobs', 'read:builds', 'read:analytics', 'write:connections', 'write:alerts']
    expect(Object.keys(preset('buildbutler').scopes)).toEqual([...others, 'admin'])
    expect(containments('buildbutler')).toEqual({ admin: others.toSorted() })
  })
})

test.each([
  { name: 'default', users: ['openid', 'profile', 'email'], contains: { admin: ['read', 'write'] } },
  { name: 'butlr', users: ['openid', 'profile', 'email'], contains: {} },
  { name: 'buildr', users: [], contains: {} },
])(
  'the scopes of $name that are about a person, and what its scopes contain',
  ({ name, users, contains }) => {
    const { scopes } = preset(name)
    expect(Object.keys(scopes).filter((scope) => scopes[scope]?.user)).toEqual(users)
    expect(containments(name)).toEqual(contains)
  },
)
