/** The second layer: who may have what. */
import { rightsOf } from './rights.ts'
import type { MatchRules, Vend, VendAuthorized } from './types.ts'

/**
 * Lets a request through whose caller passes the profile's match rules, with the rights that the profile gives.
 *
 * It stands *before* the cache: a warmed cache must never stand in for authorization. The cache key names the
 * pipeline and the profile, but not the branch or the claims that rules are about, so with the cache in front a
 * pull request's job would be handed the release job's token (Chinmina's GHSA-4c7c-j34f-h9q6).
 *
 * @param organization owner of the repositories that organization profiles name
 */
export function authorized(next: VendAuthorized, matchRules: MatchRules, organization: string): Vend {
  return async (request) => {
    const { caller, profile, fresh, deadline } = request
    const match = matchRules(profile, caller, request.allowedClaims)
    const { tried } = match
    if (match.kind === 'refused') return { kind: 'refused', reason: 'the match rules do not allow it', tried }
    const outcome = rightsOf(request, organization)
    if (outcome.kind !== 'rights') return { ...outcome, tried }
    const { rights, wanted } = outcome
    return { ...(await next({ caller, profile, rights, wanted, fresh, deadline })), tried }
  }
}
