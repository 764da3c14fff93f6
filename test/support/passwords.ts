import { argon2Sync } from 'node:crypto'

/** A password's hash as it was made when computers were slower, in the PHC string format. */
export function weakHash(password: string, { memory = 8192, passes = 1, tagLength = 32 } = {}): string {
  const nonce = Buffer.alloc(16, 1)
  const parameters = { message: password, nonce, memory, passes, parallelism: 1, tagLength }
  const tag = argon2Sync('argon2id', parameters)
  const base64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')
  return `$argon2id$v=19$m=${memory},t=${passes},p=1$${base64(nonce)}$${base64(tag)}`
}
