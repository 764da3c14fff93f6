/** A request to an upstream and its answer, whatever the upstream is. */
import type { ApiCaller } from '../../../shared/http/authorizer-context.ts'
import type { RequestPath } from './request-path.ts'

/** Header fields by name in lower case. */
export type Headers = Readonly<Record<string, readonly string[]>>

/** Names and values in turn, a repeated name several times. */
export type Fields = readonly (readonly [name: string, value: string])[]

/** A request as an upstream may see it: checked, cleaned, and naming its caller. */
export interface UpstreamRequest {
  readonly method: string
  readonly path: RequestPath
  readonly query: Fields
  readonly headers: Headers
  readonly body: Buffer
  readonly caller: ApiCaller
  /** Where API Gateway received it. */
  readonly arrival: {
    readonly requestId: string
    /** The matched resource. */
    readonly resource: string
    readonly stage: string
    /** The caller's own, also behind an edge. */
    readonly sourceIp: string
    readonly userAgent: string | null
  }
}

/** What an upstream answered, its headers as they came. */
export interface UpstreamAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Buffer
}

/**
 * Hands a request to an upstream, once: nothing is tried again that may have been done.
 *
 * @throws OAuthError 502, 503 or 504 when there is no answer to pass on
 */
export type Upstream = (request: UpstreamRequest) => Promise<UpstreamAnswer>
