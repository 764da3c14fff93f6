/** Bytes as letters and digits alone: no character that a shell, a URL or a double click would stop at. */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** How many characters `bytes` bytes always take. */
export function base62Length(bytes: number): number {
  return Math.ceil((bytes * 8) / Math.log2(62))
}

/** How many whole bytes `characters` characters can hold. */
export function base62Capacity(characters: number): number {
  return Math.floor((characters * Math.log2(62)) / 8)
}

/** Encodes bytes as one number in base 62, filled up with zeros on the left. */
export function encodeBase62(bytes: Uint8Array, length = base62Length(bytes.length)): string {
  let rest = bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
  let text = ''
  while (rest > 0n) {
    text = ALPHABET.charAt(Number(rest % 62n)) + text
    rest /= 62n
  }
  return text.padStart(length, '0')
}

/**
 * Decodes what `encodeBase62` made.
 *
 * @param bytes how many bytes there are
 * @returns nothing for another character, or a number too large for so many bytes
 */
export function decodeBase62(text: string, bytes: number): Buffer | undefined {
  if (!/^[0-9A-Za-z]*$/.test(text)) return undefined
  let value = 0n
  for (const character of text) value = value * 62n + BigInt(ALPHABET.indexOf(character))
  const hex = value.toString(16)
  return hex.length > bytes * 2 ? undefined : Buffer.from(hex.padStart(bytes * 2, '0'), 'hex')
}
