import { defineGrant, optionalScope, required } from '../../../shared/http/grant.ts'
import { endOf, type IssuingServices, lifetimeOf, renewGrant } from '../../../shared/http/issue-tokens.ts'
import { after, type EpochSeconds, seconds } from '../../../shared/protocol/brands.ts'
import type { Client } from '../../../shared/protocol/client.ts'
import { invalidGrant, invalidScope } from '../../../shared/protocol/errors.ts'
import { covers } from '../../../shared/protocol/scope.ts'
import type { ConsentStore } from '../../../shared/stores/consents.ts'
import type { Grant, GrantStore } from '../../../shared/stores/grants.ts'
import {
  bodyHash,
  gidOf,
  nextRefreshToken,
  parseRefreshToken,
  type RefreshKey,
  type RefreshToken,
} from '../../../shared/tokens/refresh-token.ts'

export interface RefreshTokenServices extends IssuingServices {
  readonly chain: Pick<GrantStore, 'find' | 'rotate' | 'revoke'>
  readonly consents: Pick<ConsentStore, 'find'>
}

/** A grant and the token that was shown for it, both checked. */
interface Shown {
  readonly grant: Grant
  readonly token: RefreshToken
  readonly key: RefreshKey
}

/**
 * Refresh token grant, RFC 6749 §6, with rotation (RFC 9700 §4.14.2).
 *
 * One conditional write makes the successor current. A client that lost the answer repeats its request within
 * the overlap and gets the very same successor; a genuine token that is older than that betrays a thief, and
 * ends the grant. A forged one does nothing.
 */
export const refreshToken = defineGrant<RefreshTokenServices>()({
  grantType: 'refresh_token',
  clientType: 'any',
  parameters: { refresh_token: required, scope: optionalScope },

  async issue({ client, parameters, now }, services) {
    const shown = await readShown(parameters.refresh_token, client, services)
    const scope = narrowedScope(parameters.scope, shown.grant, services)
    await checkConsent(shown.grant, services)
    const successor = nextRefreshToken(shown.token, shown.key, (await services.refreshKeys()).current)
    const grant = await advance(shown, successor, client, now, services)
    const { subject, username, authTime } = grant
    const authorization = {
      client,
      subject,
      scope,
      // §5.1 compares with what the client asked for: the whole grant, where it asked for nothing else.
      requestedScope: parameters.scope ?? grant.scope,
      now,
      ...(username === undefined ? {} : { username }),
      ...(authTime === undefined ? {} : { authTime }),
    }
    return renewGrant(grant, successor, authorization, services)
  },
})

async function readShown(text: string, client: Client, services: RefreshTokenServices): Promise<Shown> {
  const keys = await services.refreshKeys()
  const token = parseRefreshToken(text, keys.find, services.config.refresh)
  const key = token && keys.find(token.keyId)
  if (!token || !key) throw invalidGrant('not a refresh token of ours')
  const grant = await services.chain.find(gidOf(token.grantId))
  // A revocation may stand where the grant itself was never written.
  if (grant?.clientId === undefined) throw invalidGrant('unknown grant')
  if (grant.clientId !== client.clientId) throw invalidGrant('the refresh token is another client’s')
  return { grant, token, key }
}

/** §6: the scope "MUST NOT include any scope not originally granted"; less is fine, and binds only this answer. */
function narrowedScope(
  requested: readonly string[] | undefined,
  grant: Grant,
  { config }: RefreshTokenServices,
): readonly string[] {
  if (requested === undefined || requested.length === 0) return grant.scope
  const beyond = requested.find((name) => !covers(grant.scope, [name], config.scopes))
  if (beyond !== undefined) throw invalidScope(`scope not granted: ${beyond}`)
  return requested
}

async function checkConsent(grant: Grant, { consents }: RefreshTokenServices): Promise<void> {
  if (grant.username === undefined) return
  const consent = await consents.find(grant.username, grant.clientId)
  if (consent?.validAfter !== undefined && consent.validAfter >= grant.createdAt)
    throw invalidGrant('the consent was withdrawn')
}

/** Makes the successor current, unless it already is; gives the grant as it is then. */
async function advance(
  { grant, token }: Shown,
  successor: RefreshToken,
  client: Client,
  now: EpochSeconds,
  services: RefreshTokenServices,
): Promise<Grant> {
  const { config, chain } = services
  const shownHash = bodyHash(token)
  if (grant.generation === token.generation && grant.currentHash === shownHash) {
    const ends = newEnds(grant, client, now, services)
    const rotation = { gid: grant.gid, fromGeneration: token.generation, fromHash: shownHash }
    const outcome = await chain.rotate({ ...rotation, toHash: bodyHash(successor), now, ...ends })
    if (outcome.rotated) return { ...grant, ...ends, generation: successor.generation }
    if (!outcome.found) throw invalidGrant('the grant is gone')
    return repeated(outcome.found, token, shownHash, now, services)
  }
  return repeated(grant, token, shownHash, now, { config, chain })
}

function newEnds(grant: Grant, client: Client, now: EpochSeconds, { config }: RefreshTokenServices) {
  const slides = config.refresh.lifetime === 'sliding'
  const refreshExpiresAt =
    slides || grant.refreshExpiresAt === undefined
      ? after(now, seconds(config.refresh.ttlSeconds))
      : grant.refreshExpiresAt
  const lifetime = lifetimeOf(client, config.grants.refresh_token?.accessTokenTtlSeconds ?? 0, config)
  const expiresAt = endOf(now, lifetime, refreshExpiresAt)
  return { refreshExpiresAt, ...(expiresAt === undefined ? {} : { expiresAt }) }
}

/** A token that is not the current one: a lost answer asked for again, or a thief. */
async function repeated(
  grant: Grant,
  token: RefreshToken,
  shownHash: string,
  now: EpochSeconds,
  { config, chain }: Pick<RefreshTokenServices, 'config' | 'chain'>,
): Promise<Grant> {
  if (grant.revokedAt !== undefined) throw invalidGrant('the grant was revoked')
  if (grant.refreshExpiresAt === undefined || grant.refreshExpiresAt <= now)
    throw invalidGrant('the refresh token has expired')
  const isPrevious = grant.generation === token.generation + 1 && grant.previousHash === shownHash
  const overlapEnds = after(grant.rotatedAt ?? now, seconds(config.refresh.overlapSeconds))
  if (isPrevious && now <= overlapEnds) return grant
  // A token that is newer than the grant was made before the table was restored to an older state.
  if (token.generation >= grant.generation) throw invalidGrant('the refresh token is not the grant’s')
  await chain.revoke(grant.gid, now, grant.expiresAt ?? after(now, seconds(config.refresh.ttlSeconds)))
  throw invalidGrant('an old refresh token was used again: the grant is revoked')
}
