/** Which grant a request asks for, to find its function: that one reads the request anew, and strictly. */
import type { EdgeEvent } from '../../shared/http/endpoint.ts'
import { MAX_BODY_BYTES } from '../../shared/http/form-endpoint.ts'
import { jsonMember } from '../../shared/http/json-member.ts'

/** @returns nothing where it cannot be told; what is wrong with the request is for a grant to say */
export function requestedGrant({ headers, body, isBase64Encoded }: EdgeEvent): string | undefined {
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8')
  if (bytes.length > MAX_BODY_BYTES) return undefined
  const text = bytes.toString('utf8')
  const isJson = /^\s*application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')
  return isJson ? jsonMember(text, 'grant_type') : (new URLSearchParams(text).get('grant_type') ?? undefined)
}
