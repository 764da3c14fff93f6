import { importJWK, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import type { SigningAlgorithm } from '../../../shared/config/types.ts'
import { clientId, epochSeconds, seconds } from '../../../shared/protocol/brands.ts'
import { signAccessToken } from '../../../shared/tokens/access-token.ts'
import { generateKey } from '../../../shared/tokens/key-set.ts'
import { currentSigningKey } from '../../../shared/tokens/signing-key.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const content = {
  issuer: 'https://auth.example.com',
  audience: 'https://api.example.com',
  subject: 'machine',
  clientId: clientId('machine'),
  scope: ['read', 'write'],
  gid: 'client:machine',
  generation: 0,
  issuedAt: epochSeconds(1_700_000_000),
  lifetime: seconds(3600),
}

async function keys(algorithm: SigningAlgorithm) {
  const made = await generateKey(algorithm)
  const text = JSON.stringify({ keys: [{ state: 'current', since: 0, jwk: made.private }] })
  return { jwk: made.public, signingKey: await currentSigningKey(text) }
}

describe.each(['ES256', 'RS256', 'EdDSA'] as const)(
  'an access token signed with %s (RFC 9068)',
  async (algorithm) => {
    const { jwk, signingKey } = await keys(algorithm)
    const token = await signAccessToken(content, signingKey)
    const verified = await jwtVerify(token, await importJWK(jwk, algorithm), {
      currentDate: new Date(1_700_000_000_000),
      typ: 'at+jwt',
      issuer: 'https://auth.example.com',
      audience: 'https://api.example.com',
    })

    test('verifies with the published key, and its header says which and what it is (§2.1)', () => {
      expect(verified.protectedHeader).toEqual({ alg: algorithm, kid: jwk.kid, typ: 'at+jwt' })
    })
    test('has these claims and no other (§2.2)', () => {
      expect(verified.payload).toEqual({
        iss: 'https://auth.example.com',
        aud: 'https://api.example.com',
        sub: 'machine',
        client_id: 'machine',
        scope: 'read write',
        iat: 1_700_000_000,
        exp: 1_700_003_600,
        jti: expect.stringMatching(uuid),
        gid: 'client:machine',
        gen: 0,
      })
    })
  },
)

describe('an access token', async () => {
  const { jwk, signingKey } = await keys('ES256')
  const publicKey = await importJWK(jwk, 'ES256')
  const claims = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())

  test('has a jti of its own, of a thousand of the same content', async () => {
    const tokens = await Promise.all(Array.from({ length: 1000 }, () => signAccessToken(content, signingKey)))
    expect(new Set(tokens.map((token) => claims(token).jti)).size).toBe(1000)
  })
  test.each([60, 3600, 2_592_000])('lives %i seconds and not one longer', async (lifetime) => {
    const token = await signAccessToken({ ...content, lifetime: seconds(lifetime) }, signingKey)
    const end = (1_700_000_000 + lifetime) * 1000
    expect(claims(token).exp * 1000).toBe(end)
    const verify = (milliseconds: number) =>
      jwtVerify(token, publicKey, { currentDate: new Date(milliseconds) })
    expect((await verify(end - 1000)).payload.jti).toBe(claims(token).jti)
    await expect(verify(end)).rejects.toThrow(expect.objectContaining({ code: 'ERR_JWT_EXPIRED' }))
  })
  test('carries the grant’s generation', async () => {
    expect(claims(await signAccessToken({ ...content, generation: 7, gid: 'g' }, signingKey))).toMatchObject({
      gen: 7,
      gid: 'g',
    })
  })
  test('is refused under another key', async () => {
    const token = await signAccessToken(content, signingKey)
    const other = await importJWK((await generateKey('ES256')).public, 'ES256')
    await expect(jwtVerify(token, other)).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' }),
    )
  })
})
