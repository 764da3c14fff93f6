/**
 * What the values of a configuration must be to each other. `schema.ts` has checked each by itself.
 */
import { containedScopes } from '../protocol/scope.ts'
import { vendingRoutes } from '../protocol/vending-paths.ts'
import { apiFaults } from './api-consistency.ts'
import type { Fault } from './faults.ts'
import type { Config, UpstreamConfig } from './types.ts'

/**
 * Every fault between values; empty when the configuration is sound.
 *
 * @param sections those that are sound by themselves; a fault that involves another one is not looked for
 * @param given names of all sections of the file, sound or not
 */
export function inconsistencies(sections: Partial<Config>, given: readonly string[]): Fault[] {
  const { scopes, scope, grants, rateLimits, refresh, session, accessToken, environment } = sections
  const issuesTokens = !onlyVends(grants, given)
  return [
    ...(scopes ? containmentFaults(scopes) : []),
    ...(scopes && scope ? defaultScopeFaults(scope, scopes) : []),
    ...(scopes && Object.keys(scopes).length === 0 && issuesTokens
      ? [{ path: 'scopes', expected: 'at least one scope' }]
      : []),
    ...(grants && issuesTokens ? grantFaults(grants) : []),
    ...(rateLimits ? rateLimitFaults(rateLimits) : []),
    ...(session ? sessionFaults(session) : []),
    ...(grants && refresh ? refreshFaults(grants, refresh) : []),
    ...(refresh && accessToken && environment ? prefixFaults(refresh, accessToken, environment) : []),
    ...(sections.upstream && rateLimits ? upstreamFaults(sections.upstream, rateLimits) : []),
    ...apiFaults(sections),
    ...(sections.alarms && !given.includes('vend')
      ? [{ path: 'alarms', expected: 'a vend, which alone has alarms' }]
      : []),
    ...(sections.vend &&
    sections.paths &&
    vendingRoutes.some(({ path }) => isBelow(path, sections.paths?.prefix))
      ? [{ path: 'paths.prefix', expected: 'another prefix than a path of vending' }]
      : []),
    ...(grants && sections.upstream && !grants.authorization_code
      ? [
          {
            path: 'upstream',
            expected: 'the grant authorization_code, which alone signs people in by redirect',
          },
        ]
      : []),
  ]
}

function upstreamFaults({ account, tier }: UpstreamConfig, { tiers }: Config['rateLimits']): Fault[] {
  if (tier === undefined) return []
  if (account === undefined)
    return [{ path: 'upstream.account', expected: 'the account that is to be on upstream.tier' }]
  if (Object.hasOwn(tiers, tier)) return []
  return [{ path: 'upstream.tier', expected: `one of the tiers (${Object.keys(tiers).join(', ')})` }]
}

function containmentFaults(scopes: Config['scopes']): Fault[] {
  const faults: Fault[] = []
  for (const [name, { contains }] of Object.entries(scopes)) {
    for (const [index, contained] of contains.entries())
      if (!Object.hasOwn(scopes, contained))
        faults.push({
          path: `scopes.${name}.contains.${index}`,
          expected: knownScope(contained),
        })
    if (containedScopes([name], scopes).has(name))
      faults.push({
        path: `scopes.${name}.contains`,
        expected: 'scopes that do not contain this one in turn',
      })
  }
  return faults
}

function defaultScopeFaults(scope: Config['scope'], scopes: Config['scopes']): Fault[] {
  if (Object.keys(scopes).length === 0) return []
  const faults = [...scope.default.entries()]
    .filter(([, name]) => !Object.hasOwn(scopes, name))
    .map(([index, name]) => ({
      path: `scope.default.${index}`,
      expected: knownScope(name),
    }))
  if (scope.whenOmitted === 'default' && scope.default.length === 0)
    faults.push({
      path: 'scope.default',
      expected: 'at least one scope, since scope.whenOmitted is "default"',
    })
  return faults
}

/** A deployment that only vends GitHub tokens issues none of its own, and has no scopes. */
function onlyVends(grants: Partial<Config['grants']> = {}, given: readonly string[]): boolean {
  const hasGrants = Object.values(grants).some((grant) => grant !== undefined)
  return given.includes('vend') && !given.includes('api') && !hasGrants
}

function grantFaults(grants: Config['grants']): Fault[] {
  const begins = Object.entries(grants).some(
    ([name, grant]) => name !== 'refresh_token' && grant !== undefined,
  )
  if (!begins) return [{ path: 'grants', expected: 'at least one grant that gives tokens to begin with' }]
  const wantsRefresh = Object.entries(grants).filter(
    ([, grant]) => grant && 'refreshToken' in grant && grant.refreshToken,
  )
  if (grants.refresh_token) return []
  return wantsRefresh.map(([name]) => ({
    path: `grants.${name}.refreshToken`,
    expected: 'false, since the grant refresh_token is not offered',
  }))
}

/** A refresh token has to outlive the access token it renews. */
function refreshFaults(grants: Config['grants'], { ttlSeconds }: Config['refresh']): Fault[] {
  return Object.entries(grants).flatMap(([name, grant]) =>
    grant && 'refreshToken' in grant && grant.refreshToken && grant.accessTokenTtlSeconds > ttlSeconds
      ? [
          {
            path: `grants.${name}.accessTokenTtlSeconds`,
            expected: `at most refresh.ttlSeconds (${ttlSeconds})`,
          },
        ]
      : [],
  )
}

/** A refresh token that could be taken for an access token would be looked up in the wrong place. */
function prefixFaults(
  { prefix }: Config['refresh'],
  accessToken: Config['accessToken'],
  environment: Config['environment'],
): Fault[] {
  if (accessToken.format !== 'prefixed' || prefix !== prefixIn(environment, accessToken.prefix)) return []
  return [{ path: 'refresh.prefix', expected: 'another prefix than that of access tokens' }]
}

/** A prefix as tokens have it; a file may write `{environment}`. */
export function prefixIn(environment: Config['environment'], prefix: string): string {
  return prefix.replaceAll('{environment}', environment)
}

function sessionFaults({ idleSeconds, absoluteSeconds }: Config['session']): Fault[] {
  if (idleSeconds <= absoluteSeconds) return []
  return [{ path: 'session.idleSeconds', expected: `at most session.absoluteSeconds (${absoluteSeconds})` }]
}

function rateLimitFaults({ defaultTier, tiers }: Config['rateLimits']): Fault[] {
  if (Object.hasOwn(tiers, defaultTier)) return []
  return [
    {
      path: 'rateLimits.defaultTier',
      expected: `one of the tiers (${Object.keys(tiers).join(', ')})`,
    },
  ]
}

function knownScope(name: string): string {
  return `a scope of the catalogue, but there is no "${name}"`
}

/** Whether a path begins with the segments of a prefix. */
function isBelow(path: string, prefix: string | undefined): boolean {
  return prefix !== undefined && `${path}/`.startsWith(`${prefix}/`)
}
