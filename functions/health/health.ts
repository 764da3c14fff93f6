import { toResponse } from '../../shared/http/answer.ts'
import { endpoint, type Handler } from '../../shared/http/endpoint.ts'
import { temporarilyUnavailable } from '../../shared/protocol/errors.ts'
import type { ClientReader } from '../../shared/stores/clients.ts'
import { type Clock, memory } from '../../shared/stores/memory.ts'
import type { Jwks } from '../../shared/tokens/jwks.ts'

export interface HealthChecks {
  /** Gives the published keys; throws while there are none. */
  readonly keys: () => Promise<Jwks | undefined>
  readonly clients: ClientReader
  readonly clock: Clock
}

/** The key that the function's role may read, and nothing else; no client has it. */
const PROBE_KEY = 'health'
/** Good news is repeated from memory for this long, so that anyone may ask and little is read. */
const REMEMBERED_MILLISECONDS = 5_000
const RETRY_AFTER_SECONDS = 5

/**
 * The health check: whether tokens can be verified and state can be read. 200 when they can, else 503 with
 * the reason in the log alone.
 */
export function healthEndpoint({ keys, clients, clock }: HealthChecks): Handler {
  const known = memory<true>(1, clock)
  return endpoint([], async () => {
    if (!known.get(PROBE_KEY)) {
      await Promise.all([keys(), clients.find(PROBE_KEY)]).catch((error: unknown) => {
        throw temporarilyUnavailable(RETRY_AFTER_SECONDS, error)
      })
      known.set(PROBE_KEY, true, REMEMBERED_MILLISECONDS)
    }
    return toResponse({ status: 200, body: { status: 'ok' } })
  })
}
