import { createHash } from 'node:crypto'
import { decodeProtectedHeader, importJWK, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import type { SigningAlgorithm } from '../../../shared/config/types.ts'
import { clientId, seconds } from '../../../shared/protocol/brands.ts'
import { type IdTokenContent, signIdToken } from '../../../shared/tokens/id-token.ts'
import { generateKey } from '../../../shared/tokens/key-set.ts'
import { currentSigningKey } from '../../../shared/tokens/signing-key.ts'
import { verifyAccessToken } from '../../../shared/tokens/verify-access-token.ts'
import { at, T0 } from '../../support/grants.ts'

const content: IdTokenContent = {
  issuer: 'https://auth.example.com',
  subject: 'subject-1',
  clientId: clientId('app'),
  authTime: at(-30),
  accessToken: 'jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y',
  issuedAt: T0,
  lifetime: seconds(3600),
}
const claims = {
  iss: 'https://auth.example.com',
  sub: 'subject-1',
  aud: 'app',
  iat: T0,
  exp: at(3600),
  auth_time: at(-30),
}
/** The left half of a hash (OpenID Connect Core 1.0 §3.1.3.6). */
const half = (algorithm: string) => {
  const hash = createHash(algorithm).update(content.accessToken).digest()
  return hash.subarray(0, hash.length / 2).toString('base64url')
}

describe.each<{ algorithm: SigningAlgorithm; at_hash: string }>([
  { algorithm: 'ES256', at_hash: '77QmUPtjPfzWtF2AnpK9RQ' }, // of the specification's own example (§A.3)
  { algorithm: 'RS256', at_hash: half('sha256') },
  { algorithm: 'EdDSA', at_hash: half('sha512') },
])('an ID token, $algorithm', async ({ algorithm, at_hash }) => {
  const key = await generateKey(algorithm)
  const signingKey = await currentSigningKey(
    JSON.stringify({ keys: [{ state: 'current', since: 0, jwk: key.private }] }),
  )
  const verified = async (token: string) =>
    (await jwtVerify(token, await importJWK(key.public, algorithm), { currentDate: new Date(T0 * 1000) }))
      .payload

  test('says who signed in, when, for which client, and with which access token (§2)', async () => {
    const token = await signIdToken(content, signingKey)
    expect(decodeProtectedHeader(token)).toEqual({ alg: algorithm, kid: key.public.kid, typ: 'JWT' })
    expect(await verified(token)).toEqual({ ...claims, at_hash })
  })

  test('repeats the nonce of the request (§3.1.2.1)', async () => {
    const token = await signIdToken({ ...content, nonce: 'n-0S6_WzA2Mj' }, signingKey)
    expect(await verified(token)).toEqual({ ...claims, at_hash, nonce: 'n-0S6_WzA2Mj' })
  })

  test('is no access token', async () => {
    const token = await signIdToken(content, signingKey)
    expect(await verifyAccessToken(token, { keys: [key.public] }, claims.iss, T0)).toBeUndefined()
  })
})
