/** What goes wrong at GitHub and Buildkite: one error, whatever happened there. */
import { redact } from './redact.ts'

export type ServiceName = 'GitHub' | 'Buildkite'

export type FailureKind =
  /** It answered, and will not do this: no installation, no such repository, more rights than the App has. */
  | 'refused'
  /** It asks for a pause: 429, or 403 with `retry-after` (GitHub's secondary limits). */
  | 'limited'
  /** No answer in time, no connection, or 5xx. */
  | 'unavailable'
  /** An answer that cannot be used. */
  | 'malformed'
  /** It does not take our credentials, or we have none that are good. */
  | 'misconfigured'

/**
 * A call that gave nothing. `reason` is for the log: it tells no token, no JWT and no answer's body, save the
 * service's own sentence on a refusal, cut and redacted.
 */
export class ServiceFailure extends Error {
  readonly service: ServiceName
  readonly kind: FailureKind
  readonly reason: string

  constructor(service: ServiceName, kind: FailureKind, reason: string) {
    const told = redact(reason)
    super(`${service}: ${told}`)
    this.name = 'ServiceFailure'
    this.service = service
    this.kind = kind
    this.reason = told
  }
}

/** What an error says, fit for the log. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'not an Error'
  return error instanceof ServiceFailure ? error.message : redact(`${error.name}: ${error.message}`)
}
