/** Every way to write a public key down, each a secret for whoever confuses a public key with one. */
import { X509Certificate } from 'node:crypto'
import type { CiKey } from './ci-issuer.ts'

type Encodings = Readonly<Record<string, string | Uint8Array>>

export function publicEncodings({ publicKey, jwk }: CiKey): Encodings {
  const der = publicKey.export({ type: 'spki', format: 'der' })
  return {
    ...pemEncodings('SPKI PEM', String(publicKey.export({ type: 'spki', format: 'pem' }))),
    'SPKI DER': der,
    'SPKI DER in base64': der.toString('base64'),
    'SPKI DER in base64url': der.toString('base64url'),
    'SPKI DER in hex': der.toString('hex'),
    ...(publicKey.asymmetricKeyType === 'rsa' ? rsaEncodings(publicKey, jwk) : curveEncodings(jwk)),
    'the JWK': JSON.stringify(jwk),
    'the bare JWK': JSON.stringify(publicKey.export({ format: 'jwk' })),
    'the key set': JSON.stringify({ keys: [jwk] }),
    nothing: '',
  }
}

/** @param pem of a certificate */
export function certificateEncodings(pem: string): Encodings {
  const { raw } = new X509Certificate(pem)
  return {
    ...pemEncodings('the certificate’s PEM', `${pem}\n`),
    'the certificate’s DER': raw,
    'the certificate’s DER in base64, as x5c has it': raw.toString('base64'),
  }
}

function rsaEncodings(publicKey: CiKey['publicKey'], { n }: CiKey['jwk']): Encodings {
  return {
    ...pemEncodings('PKCS#1 PEM', String(publicKey.export({ type: 'pkcs1', format: 'pem' }))),
    'PKCS#1 DER': publicKey.export({ type: 'pkcs1', format: 'der' }),
    'the modulus': Buffer.from(String(n), 'base64url'),
    'the modulus in base64url': String(n),
  }
}

/** The coordinates, and the point as it stands in a certificate (SEC 1 §2.3.3), or Ed25519's key (RFC 8032 §5.1.5). */
function curveEncodings({ x, y }: CiKey['jwk']): Encodings {
  const [first, second] = [x, y].map((value) => Buffer.from(String(value ?? ''), 'base64url')) as [
    Buffer,
    Buffer,
  ]
  return {
    'x in base64url': String(x),
    point: second.length === 0 ? first : Buffer.concat([Buffer.from([4]), first, second]),
  }
}

function pemEncodings(what: string, pem: string): Encodings {
  return {
    [what]: pem,
    [`${what} without its last newline`]: pem.trim(),
    [`${what} with CRLF`]: pem.replaceAll('\n', '\r\n'),
    [`${what} in one line`]: pem.replaceAll('\n', ''),
  }
}
