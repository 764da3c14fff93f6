/**
 * The JWT by which a GitHub App shows who it is.
 *
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
 */
import { createPrivateKey, type KeyObject } from 'node:crypto'
import { SignJWT } from 'jose'
import { ServiceFailure } from '../service-failure.ts'

/** GitHub advises a minute, for clocks that are not quite right. */
const BACKDATED_SECONDS = 60
/** GitHub takes at most ten minutes from now; its clock may be behind ours. */
const LIFETIME_SECONDS = 9 * 60
/** A JWT is made anew this long before its end. */
const MARGIN_SECONDS = 60

/**
 * Makes a source of App JWTs. One is remembered until a minute before its end, as long as the key is the same.
 *
 * @param privateKey reads the App's key, PEM of PKCS#1 (as GitHub hands it out) or PKCS#8
 * @param now milliseconds
 * @returns a function that gives a JWT; it throws ServiceFailure `misconfigured` for a key that is no RSA key,
 *   and tells nothing of its text
 */
export function appJwts(
  appId: string,
  privateKey: () => Promise<string>,
  now: () => number,
): () => Promise<string> {
  let remembered: { readonly pem: string; readonly jwt: string; readonly renewAt: number } | undefined

  return async () => {
    const pem = await privateKey()
    const seconds = Math.floor(now() / 1000)
    if (remembered?.pem === pem && seconds < remembered.renewAt) return remembered.jwt
    const expiresAt = seconds + LIFETIME_SECONDS
    const jwt = await new SignJWT()
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
      .setIssuer(appId)
      .setIssuedAt(seconds - BACKDATED_SECONDS)
      .setExpirationTime(expiresAt)
      .sign(readKey(pem))
    remembered = { pem, jwt, renewAt: expiresAt - MARGIN_SECONDS }
    return jwt
  }
}

function readKey(pem: string): KeyObject {
  const key = parsedKey(pem)
  const bits = key?.asymmetricKeyDetails?.modulusLength ?? 0
  if (key?.asymmetricKeyType !== 'rsa' || bits < 2048)
    throw new ServiceFailure(
      'GitHub',
      'misconfigured',
      'the App’s private key is no RSA key of 2048 bits or more',
    )
  return key
}

function parsedKey(pem: string): KeyObject | undefined {
  try {
    // jose imports PKCS#8 alone; node reads both.
    return createPrivateKey({ key: pem, format: 'pem' })
  } catch {
    return undefined
  }
}
