/**
 * Scope evaluation, RFC 6749 §3.3. Pure: no configuration is read and nothing is stored here.
 *
 * Three words are kept apart. *Requested* scope is what the request names, *registered* scope is what the
 * client may ever have, *granted* scope is what its token carries. Granted scope keeps the requested names:
 * containment widens what a scope covers when it is checked, it never rewrites what was asked for.
 */
import { invalidScope } from './errors.ts'

/** What scope evaluation needs to know of a catalogue entry. */
export interface Containment {
  readonly contains: readonly string[]
}

export type Containments = Readonly<Record<string, Containment>>

/** Which scope a client is granted when its request names none. */
export interface ScopePolicy {
  readonly whenOmitted: 'default' | 'registered' | 'error'
  readonly default: readonly string[]
}

/** Whether `value` is a scope-token: `1*( %x21 / %x23-5B / %x5D-7E )` (RFC 6749 §3.3). */
export function isScopeToken(value: string): boolean {
  return /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(value)
}

/**
 * Reads a `scope` value: scope tokens divided by single spaces, each named once in the result.
 *
 * Stray spaces are forgiven, since they cannot change what is meant.
 *
 * @throws OAuthError `invalid_scope` for a character outside the grammar
 */
export function parseScope(value: string): string[] {
  const names = value.split(' ').filter((name) => name !== '')
  const malformed = names.find((name) => !isScopeToken(name))
  if (malformed !== undefined) throw invalidScope('scope has a character that no scope may have')
  return [...new Set(names)]
}

/** The wire form of a scope: its names divided by a space (RFC 6749 §3.3). */
export function formatScope(names: Iterable<string>): string {
  return [...names].join(' ')
}

/** Everything that `names` contain, by transitive containment and without the names themselves on a straight path. */
export function containedScopes(names: Iterable<string>, catalogue: Containments): Set<string> {
  const contained = new Set<string>()
  const pending = [...names]
  for (let name = pending.pop(); name !== undefined; name = pending.pop())
    for (const inner of lookUp(catalogue, name))
      if (!contained.has(inner)) {
        contained.add(inner)
        pending.push(inner)
      }
  return contained
}

/** All that holding `names` covers: the names and everything they contain. */
export function coveredScopes(names: Iterable<string>, catalogue: Containments): Set<string> {
  const own = [...names]
  return new Set([...own, ...containedScopes(own, catalogue)])
}

/** Whether a token of scope `granted` may do what needs every scope of `needed`. */
export function covers(
  granted: Iterable<string>,
  needed: Iterable<string>,
  catalogue: Containments,
): boolean {
  const covered = coveredScopes(granted, catalogue)
  return [...needed].every((name) => covered.has(name))
}

/**
 * The scope to grant.
 *
 * @param requested the names the request asks for, or nothing when it names none
 * @param registered the names the client may have; what they contain it may have too
 * @returns the granted names, never empty
 * @throws OAuthError `invalid_scope` naming the first scope that is unknown or not the client's, or when
 *   nothing was requested and the policy grants nothing then
 */
export function grantScope(
  requested: readonly string[] | undefined,
  registered: readonly string[],
  catalogue: Containments,
  policy: ScopePolicy,
): string[] {
  if (requested === undefined || requested.length === 0)
    return scopeWhenOmitted(registered, catalogue, policy)
  const allowed = coveredScopes(registered, catalogue)
  for (const name of requested) {
    if (!Object.hasOwn(catalogue, name)) throw invalidScope(`unknown scope: ${name}`)
    if (!allowed.has(name)) throw invalidScope(`scope not registered for this client: ${name}`)
  }
  return [...requested]
}

/** RFC 6749 §3.3: "process the request using a pre-defined default value or fail". */
function scopeWhenOmitted(
  registered: readonly string[],
  catalogue: Containments,
  policy: ScopePolicy,
): string[] {
  if (policy.whenOmitted === 'error') throw invalidScope('scope is required')
  // A registration may outlive a scope that the catalogue has dropped since.
  const known = registered.filter((name) => Object.hasOwn(catalogue, name))
  const allowed = coveredScopes(known, catalogue)
  const granted =
    policy.whenOmitted === 'registered' ? known : policy.default.filter((name) => allowed.has(name))
  if (granted.length === 0) throw invalidScope('no scope was requested, and this client has none by default')
  return granted
}

function lookUp(catalogue: Containments, name: string): readonly string[] {
  return Object.hasOwn(catalogue, name) ? (catalogue[name]?.contains ?? []) : []
}

/** The catalogue without the scopes that are about a person: a client that acts for itself has nobody to tell of. */
export function machineScopes<Scope extends Containment & { readonly user: boolean }>(
  catalogue: Readonly<Record<string, Scope>>,
): Record<string, Scope> {
  return Object.fromEntries(Object.entries(catalogue).filter(([, { user }]) => !user))
}
