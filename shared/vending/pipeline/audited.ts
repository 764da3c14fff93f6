/** The outermost layer: what was decided goes into the request's audit entry, whatever comes of it. */
import type { AuditEntry } from '../audit.ts'
import type { Vend, VendOutcome, VendRequest } from './types.ts'

export type AuditedVend = (
  request: VendRequest,
  entry: Pick<AuditEntry, 'asked' | 'decided'>,
) => Promise<VendOutcome>

/** The entry itself is written by `withAudit`, which also covers what fails before a profile is known. */
export function audited(next: Vend): AuditedVend {
  return async (request, entry) => {
    const { profile } = request
    entry.asked(profile.kind, profile.name)
    const outcome = await next(request)
    entry.decided(outcome)
    return outcome
  }
}
