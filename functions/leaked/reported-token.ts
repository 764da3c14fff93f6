/** The token of a report, however it came: a report that is not understood is a token that stays good. */
import type { APIGatewayProxyEvent } from 'aws-lambda'

/**
 * The parameter `token` of a JSON object or a form, whatever the content type says.
 *
 * @param maxBytes a longer body is not read
 * @returns nothing where there is no such text
 */
export function reportedToken(
  { body, isBase64Encoded }: Pick<APIGatewayProxyEvent, 'body' | 'isBase64Encoded'>,
  maxBytes: number,
): string | undefined {
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8')
  if (bytes.length > maxBytes) return undefined
  const text = bytes.toString('utf8')
  const token = text.trimStart().startsWith('{') ? jsonMember(text) : new URLSearchParams(text).get('token')
  // A file that was sent whole ends in a line break.
  return token?.trim() || undefined
}

function jsonMember(text: string): string | undefined {
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body !== 'object' || body === null || !Object.hasOwn(body, 'token')) return undefined
    const { token } = body as { readonly token: unknown }
    return typeof token === 'string' ? token : undefined
  } catch {
    return undefined
  }
}
