/** Ending what a user has given. */
import { log } from '../../shared/http/log.ts'
import { after, type EpochSeconds, seconds } from '../../shared/protocol/brands.ts'
import type { Grant } from '../../shared/stores/grants.ts'
import type { User } from '../../shared/stores/users.ts'
import type { PageServices } from './services.ts'

type Stores = Pick<PageServices, 'consents' | 'grants'>

/** A revocation is kept this long where the grant has no end of its own; a grant that is gone is dead as well. */
const KEPT = seconds(86_400)

/**
 * Takes an app's access away: what it was allowed, its codes and refresh tokens (`validAfter`), and every
 * grant, with which its access tokens end at once.
 *
 * The consent comes first: an exchange asks for it again once its grant is written, so that of the two at once
 * one sees the other.
 */
export async function withdraw(
  { username, subject }: User,
  clientId: string,
  now: EpochSeconds,
  stores: Stores,
): Promise<void> {
  const consent = await stores.consents.find(username, clientId)
  if (!consent) return
  await stores.consents.withdraw(username, clientId, now)
  const grants = await stores.grants.ofSubject(subject)
  await revokeEach(
    grants.filter((grant) => grant.clientId === clientId),
    now,
    stores,
  )
  log.info('consent withdrawn', { client_id: clientId, subject })
}

/** Ends all grants of a user, and every code that waits; what was allowed need not be asked for again. */
export async function revokeAll(
  { username, subject }: User,
  now: EpochSeconds,
  stores: Stores,
): Promise<void> {
  const allowed = await stores.consents.ofUser(username)
  await Promise.all(allowed.map(({ clientId }) => stores.consents.invalidate(username, clientId, now)))
  await revokeEach(await stores.grants.ofSubject(subject), now, stores)
}

async function revokeEach(
  grants: readonly Pick<Grant, 'gid' | 'expiresAt'>[],
  now: EpochSeconds,
  { grants: store }: Stores,
): Promise<void> {
  await Promise.all(grants.map(({ gid, expiresAt }) => store.revoke(gid, now, expiresAt ?? after(now, KEPT))))
}
