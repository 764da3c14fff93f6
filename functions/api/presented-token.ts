/** `GET /api/v1/token`: tells a caller about the token that it presented, and never the token itself. */
import type { Answer } from '../../shared/http/answer.ts'
import type { ApiCaller } from '../../shared/http/authorizer-context.ts'
import { formatScope } from '../../shared/protocol/scope.ts'

/** Names as on the wire elsewhere (RFC 7662 §2.2). */
export interface PresentedTokenBody {
  readonly kind: ApiCaller['kind']
  readonly name?: string
  readonly sub: string
  readonly username?: string
  readonly client_id?: string
  readonly account?: string
  readonly scope: string
  readonly tier: string
  /** Epoch seconds. */
  readonly iat: number
  /** Epoch seconds; never, where it is left out. */
  readonly exp?: number
  /** As the log and the upstreams name the token. */
  readonly id: string
}

export function presentedToken(caller: ApiCaller): Answer {
  const { kind, name, subject, username, clientId, account, scope, tier, issuedAt, expiresAt } = caller
  const body: PresentedTokenBody = {
    kind,
    ...(name === undefined ? {} : { name }),
    sub: subject,
    ...(username === undefined ? {} : { username }),
    ...(clientId === undefined ? {} : { client_id: clientId }),
    ...(account === undefined ? {} : { account }),
    scope: formatScope(scope),
    tier,
    iat: issuedAt,
    ...(expiresAt === undefined ? {} : { exp: expiresAt }),
    id: caller.tokenId,
  }
  return { status: 200, body }
}
