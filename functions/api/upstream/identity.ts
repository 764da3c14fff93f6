/** How an upstream learns who calls. */
import type { ApiCaller } from '../../../shared/http/authorizer-context.ts'
import type { Headers } from './types.ts'

/**
 * The headers that name the caller.
 *
 * Every value is percent-encoded UTF-8: all but visible ASCII is encoded, and the percent sign itself, so that
 * decoding gives back exactly what was meant, whatever a user is called. Scope names stand apart by a space.
 */
export function identityHeaders(caller: ApiCaller, requestId: string): Headers {
  const { kind, tokenId, subject, username, clientId, account, scope, tier } = caller
  const values = {
    'x-scrip-subject': subject,
    'x-scrip-username': username,
    'x-scrip-client-id': clientId,
    'x-scrip-account': account,
    'x-scrip-token-kind': kind,
    'x-scrip-token-id': tokenId,
    'x-scrip-tier': tier,
    'x-scrip-request-id': requestId,
  }
  return {
    ...Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, [encodeValue(value)]]],
      ),
    ),
    'x-scrip-scope': [scope.map(encodeValue).join(' ')],
  }
}

export function encodeValue(value: string): string {
  return value.toWellFormed().replaceAll(/[^\x21-\x24\x26-\x7e]/gu, encodeURIComponent)
}
