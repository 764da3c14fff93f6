/** What the GitHub stand-in knows of its App and installations, and the JWTs and tokens that it takes. */
import { createPublicKey, randomBytes, verify } from 'node:crypto'

export interface Installation {
  readonly id: number
  /** User or organization. */
  readonly owner: string
  readonly kind: 'Organization' | 'User'
  /** The bare names that the App may use there. */
  readonly repositories: readonly string[]
  /** Levels by permission name: what the App has been given. */
  readonly permissions: Readonly<Record<string, string>>
  readonly suspended?: boolean
  /** Texts by `repository/path`. */
  readonly files?: Readonly<Record<string, string>>
}

export interface AppOptions {
  readonly appId: string
  /** The App's public key, PEM. */
  readonly publicKey: string
  readonly installations: readonly Installation[]
  /** Milliseconds; the machine's clock unless told. */
  readonly now?: () => number
}

/** A token that was granted. */
export interface Granted {
  readonly installation: Installation
  /** Bare names; `all` for everything of the installation. */
  readonly repositories: readonly string[] | 'all'
  readonly permissions: Readonly<Record<string, string>>
  readonly expiresAt: number
}

const CLOCK_SECONDS = 60
const LONGEST_SECONDS = 600

/** What is wrong with an App JWT; nothing where it is good. GitHub tells, too. */
export function faultOfAppJwt(
  authorization: string | undefined,
  { appId, publicKey, now = Date.now }: AppOptions,
): string | undefined {
  const [header = '', payload = '', signature = ''] = (
    /^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? ''
  ).split('.')
  try {
    const { alg } = decode(header)
    const { iss, iat, exp } = decode(payload)
    const seconds = now() / 1000
    const key = createPublicKey(publicKey)
    const isSigned = verify(
      'sha256',
      Buffer.from(`${header}.${payload}`),
      key,
      Buffer.from(signature, 'base64url'),
    )
    if (alg !== 'RS256' || !isSigned) return 'A JSON web token could not be decoded'
    if (String(iss) !== appId) return "'Issuer' claim ('iss') must be the App's id"
    if (typeof iat !== 'number' || iat > seconds) return "'Issued at' claim ('iat') must be in the past"
    if (typeof exp !== 'number' || exp <= seconds)
      return "'Expiration time' claim ('exp') must be in the future"
    if (exp > seconds + LONGEST_SECONDS || exp - iat > LONGEST_SECONDS + CLOCK_SECONDS)
      return "'Expiration time' claim ('exp') is too far in the future"
    return undefined
  } catch {
    return 'A JSON web token could not be decoded'
  }
}

/** Of the format since 2026-04: `ghs_APPID_JWT`, about 520 characters with dots. */
export function newToken(appId: string): string {
  const part = (bytes: number) => randomBytes(bytes).toString('base64url')
  return `ghs_${appId}_eyJ${part(27)}.${part(92)}.${part(256)}`
}

function decode(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
}
