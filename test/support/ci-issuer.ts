/** An issuer of CI tokens on loopback, and tokens of any kind: good ones, and ones that no library would make. */
import {
  constants,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  type SignKeyObjectInput,
  sign,
} from 'node:crypto'
import type { VendAlgorithm } from '../../shared/config/vend-types.ts'
import { loopbackServer, type ReceivedRequest, type ServerAnswer } from './loopback-server.ts'

export interface CiKey {
  readonly alg: VendAlgorithm
  readonly kid: string
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
  /** As the issuer publishes it. */
  readonly jwk: Readonly<Record<string, unknown>>
}

/** @param bits of an RSA key */
export function ciKey(alg: VendAlgorithm, kid: string, bits = 2048): CiKey {
  const { publicKey, privateKey } = alg.startsWith('ES')
    ? generateKeyPairSync('ec', {
        namedCurve: { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }[alg as 'ES256' | 'ES384' | 'ES512'],
      })
    : alg === 'EdDSA'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('rsa', { modulusLength: bits })
  return withJwk({ alg, kid, publicKey, privateKey })
}

/** @param pem of the private key */
export function ciKeyFrom(pem: string, alg: VendAlgorithm, kid: string): CiKey {
  return withJwk({ alg, kid, publicKey: createPublicKey(pem), privateKey: createPrivateKey(pem) })
}

function withJwk(key: Omit<CiKey, 'jwk'>): CiKey {
  const { alg, kid, publicKey } = key
  return { ...key, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' } }
}

/** base64url of a text, of bytes, or of a value's JSON. */
export function encoded(part: string | Uint8Array | object): string {
  const isBytes = typeof part === 'string' || part instanceof Uint8Array
  return Buffer.from(isBytes ? part : JSON.stringify(part)).toString('base64url')
}

/**
 * A token of these very parts, with a signature that is right for them.
 *
 * @param header a value, or its text where JSON.stringify could not write it; the key's `alg` and `kid` when left out
 */
export function signedJwt(
  claims: string | Uint8Array | object,
  key: CiKey,
  header: string | Uint8Array | object = { typ: 'JWT', alg: key.alg, kid: key.kid },
): string {
  return signedText(`${encoded(header)}.${encoded(claims)}`, key)
}

/** Signs header and claims that are encoded, well or not. */
export function signedText(input: string, { alg, privateKey }: CiKey): string {
  const hash = alg === 'EdDSA' ? null : `sha${alg.slice(2)}`
  const padding = alg.startsWith('PS')
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : {}
  const options: SignKeyObjectInput = { key: privateKey, dsaEncoding: 'ieee-p1363', ...padding }
  return `${input}.${sign(hash, Buffer.from(input), options).toString('base64url')}`
}

/** A token with an HMAC where the issuer's signature should be, whatever its header says. */
export function macJwt(
  claims: object,
  secret: string | Uint8Array,
  header: { readonly alg: string; readonly kid?: string },
): string {
  const input = `${encoded(header)}.${encoded(claims)}`
  // A MAC as long as the signature that belongs there, EdDSA's 64 bytes included.
  const mac = createHmac(`sha${header.alg === 'EdDSA' ? 512 : header.alg.slice(2)}`, secret).update(input)
  return `${input}.${mac.digest('base64url')}`
}

export interface CiIssuer {
  /** Its `iss`, and its address. */
  readonly issuer: string
  /** What it publishes; tests change it. */
  keys: readonly unknown[]
  /** In place of its usual answer to a path, while it is set. */
  readonly answers: Map<string, (request: ReceivedRequest) => ServerAnswer | Promise<ServerAnswer>>
  /** Paths that were asked for, in order. */
  readonly asked: string[]
  close(): Promise<void>
}

export const discoveryPath = '/.well-known/openid-configuration'
export const jwksPath = '/.well-known/jwks'

export const json = (body: unknown, status = 200): ServerAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

/** Starts an issuer with discovery document and key set. */
export async function startCiIssuer(keys: readonly unknown[]): Promise<CiIssuer> {
  const answers: CiIssuer['answers'] = new Map()
  const asked: string[] = []
  const server = await loopbackServer((request) => {
    asked.push(request.url)
    const answer = answers.get(request.url)
    if (answer) return answer(request)
    if (request.url === discoveryPath)
      return json({ issuer: running.issuer, jwks_uri: running.issuer + jwksPath })
    return request.url === jwksPath ? json({ keys: running.keys }) : { status: 404 }
  })
  const running: CiIssuer = { issuer: server.url, keys, answers, asked, close: server.close }
  return running
}
