/** What the vending routes read of a request before they know who asks. */
import type { EdgeEvent } from '../../shared/http/endpoint.ts'

/** Bytes of a body on every vending route. */
const MAX_BODY_BYTES = 20_480

/** The body as text; it is not parsed, since JSON routes expect none and git's format is its own. */
export function bodyOf({ original: { body, isBase64Encoded } }: EdgeEvent): string | 'too large' {
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8')
  return bytes.length > MAX_BODY_BYTES ? 'too large' : bytes.toString('utf8')
}

/** `application/json`, once, with or without parameters (RFC 9110 §8.3.1). */
export function hasJsonType({ multiValueHeaders }: EdgeEvent): boolean {
  const [value, ...more] = multiValueHeaders['content-type'] ?? []
  return more.length === 0 && value?.split(';')[0]?.trim().toLowerCase() === 'application/json'
}
