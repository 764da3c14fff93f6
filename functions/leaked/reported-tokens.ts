/** The tokens of a report, however they came: a report that is not understood is a token that stays good. */
import type { APIGatewayProxyEvent } from 'aws-lambda'
import { jsonMember } from '../../shared/http/json-member.ts'

/** Each may cost a read and a write. */
const MOST_TOKENS = 10

/**
 * The parameter `token` of a JSON object or of a form, where it may stand up to ten times, or else the body
 * itself; whatever the content type says. Of `multipart/form-data` nothing is read.
 *
 * @param maxBytes a longer body is not read
 */
export function reportedTokens(
  { body, isBase64Encoded }: Pick<APIGatewayProxyEvent, 'body' | 'isBase64Encoded'>,
  maxBytes: number,
): readonly string[] {
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8')
  if (bytes.length > maxBytes) return []
  // A file that was sent whole ends in a line break, and may begin with a byte order mark.
  const text = bytes.toString('utf8').trim()
  const tokens = text.startsWith('{') ? [jsonMember(text, 'token') ?? ''] : formValues(text)
  return [...new Set(tokens.map((token) => token.trim()))].filter(Boolean).slice(0, MOST_TOKENS)
}

function formValues(text: string): readonly string[] {
  const form = new URLSearchParams(text)
  return form.has('token') ? form.getAll('token') : [text]
}
