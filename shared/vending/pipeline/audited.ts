/**
 * The outermost layer of vending: what was decided goes into the request's audit entry. Around it stands
 * `withAudit`, which writes the entry whatever comes of the request, and covers what fails before a profile is known.
 */
import type { AuditEntry } from '../audit.ts'
import type { Vend, VendOutcome, VendRequest } from './types.ts'

export type AuditedVend = (
  request: VendRequest,
  entry: Pick<AuditEntry, 'asked' | 'decided'>,
) => Promise<VendOutcome>

/** Notes what is asked and what comes out of it. */
export function audited(next: Vend): AuditedVend {
  return async (request, entry) => {
    const { profile } = request
    entry.asked(profile.kind, profile.name)
    const outcome = await next(request)
    entry.decided(outcome)
    return outcome
  }
}
