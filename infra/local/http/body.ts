/** Reading the body of an incoming message. */
import type { IncomingMessage } from 'node:http'

/**
 * The whole body, or `'too large'` when it exceeds `limit` bytes.
 *
 * What exceeds the limit is read to its end and thrown away: a client that is still sending would otherwise
 * lose the connection before it could read the answer.
 */
export async function readBody(message: IncomingMessage, limit: number): Promise<Buffer | 'too large'> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of message) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
    length += bytes.length
    if (length <= limit) chunks.push(bytes)
    else chunks.length = 0
  }
  return length > limit ? 'too large' : Buffer.concat(chunks, length)
}
