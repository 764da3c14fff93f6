/** The audit line of one vending request: who asked for what, what was decided, and which token was granted. */
import { createHash } from 'node:crypto'
import type { VendOutcome } from './pipeline/types.ts'
import { redact } from './redact.ts'
import { reasonOf } from './service-failure.ts'
import type { CiCaller, GitHubToken, ProfileKind, RuleOutcome } from './types.ts'

/** What is known of a request before anything is looked at. */
export interface AuditedRequest {
  readonly method: string
  /** Without its query. */
  readonly path: string
  readonly sourceIp: string
  readonly userAgent: string
}

export interface AuditRecord {
  readonly request: AuditedRequest & { readonly status: number }
  /** As the verified token tells; left out when there is none. */
  readonly caller?: Omit<CiCaller, 'claims'>
  readonly decision: {
    /** `pipeline/NAME` or `organization/NAME`, as far as one was asked for. */
    readonly profile?: string
    readonly outcome: VendOutcome['kind'] | 'error' | 'undecided'
    /** Why not. */
    readonly reason?: string
    readonly rules?: readonly RuleOutcome[]
  }
  readonly token?: {
    /** `all` is every repository of the installation. */
    readonly repositories: readonly string[] | 'all'
    readonly permissions: readonly string[]
    /** ISO 8601. */
    readonly expiry: string
    /** As GitHub's own audit log shows it: base64 of SHA-256. */
    readonly hashedToken: string
    readonly cached: boolean
  }
}

export interface AuditEntry {
  /** The caller's own address, in place of the one that API Gateway sees. */
  address(address: string): void
  /** The verified caller. */
  caller(caller: CiCaller): void
  /** The profile that was asked for. */
  asked(kind: ProfileKind, name: string): void
  /** What came out of vending. */
  decided(outcome: VendOutcome): void
  /** Why the request ended before that: a bad JWT, an unknown profile, a body too large. */
  ended(kind: 'refused' | 'bad request' | 'failed', reason: string): void
}

/** base64(SHA-256(token)): finds the token in GitHub's audit log, and gives nothing away. */
export function hashedToken(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('base64')
}

/**
 * Runs a request with its audit entry, and writes the record whatever happens, an exception included.
 *
 * @param write takes the record: one JSON line of the log
 * @param handle fills the entry in, and gives the answer
 * @returns the answer
 * @throws what `handle` throws, after the record is written with status 500
 */
export async function withAudit<Answer extends { readonly statusCode: number }>(
  request: AuditedRequest,
  write: (record: AuditRecord) => void,
  handle: (entry: AuditEntry) => Promise<Answer>,
): Promise<Answer> {
  let { sourceIp } = request
  let caller: AuditRecord['caller']
  let profile: string | undefined
  let decision: AuditRecord['decision'] = { outcome: 'undecided' }
  let token: AuditRecord['token']
  let status = 500
  try {
    const answer = await handle({
      address(address) {
        sourceIp = address
      },
      caller(verified) {
        caller = callerOf(verified)
      },
      asked(kind, name) {
        profile = `${kind}/${redact(name)}`
      },
      decided(outcome) {
        decision = {
          outcome: outcome.kind,
          ...('reason' in outcome ? { reason: redact(outcome.reason) } : {}),
          rules: outcome.tried,
        }
        if (outcome.kind === 'vended') token = tokenOf(outcome.token, outcome.cached)
      },
      ended(kind, reason) {
        decision = { outcome: kind, reason: redact(reason) }
      },
    })
    status = answer.statusCode
    return answer
  } catch (error) {
    decision = { ...decision, outcome: 'error', reason: reasonOf(error) }
    throw error
  } finally {
    const { method, path, userAgent } = request
    write({
      request: { method, path: redact(path), status, sourceIp, userAgent: redact(userAgent) },
      ...(caller && { caller }),
      decision: { ...(profile !== undefined && { profile }), ...decision },
      ...(token && { token }),
    })
  }
}

/** Its claims are left out: a token may carry anything. */
function callerOf({ claims: _, ...caller }: CiCaller): AuditRecord['caller'] {
  const entries = Object.entries(caller).map(([name, value]) => [name, redact(value)])
  return Object.fromEntries(entries) as Omit<CiCaller, 'claims'>
}

function tokenOf(
  { token, expiresAt, repositories, permissions }: GitHubToken,
  cached: boolean,
): AuditRecord['token'] {
  return {
    repositories: repositories.length === 0 ? 'all' : repositories,
    permissions,
    expiry: new Date(expiresAt * 1000).toISOString(),
    hashedToken: hashedToken(token),
    cached,
  }
}
