/** Bodies in the JSON of Lambda: as text where they are text, as base64 where they are anything else. */
import { isUtf8 } from 'node:buffer'

/** JSON writes a control character in six: more text than this could outgrow the 6 MB of an invocation. */
const MAX_TEXT_BYTES = 1_000_000

export interface JsonBody {
  readonly body: string
  readonly isBase64Encoded: boolean
}

/** @param isEncoded whether the bytes have a content coding, such as gzip: whose text they are is nobody's guess */
export function jsonBody(bytes: Buffer, isEncoded: boolean): JsonBody {
  const isText = !isEncoded && bytes.length <= MAX_TEXT_BYTES && isUtf8(bytes)
  return { body: bytes.toString(isText ? 'utf8' : 'base64'), isBase64Encoded: !isText }
}
