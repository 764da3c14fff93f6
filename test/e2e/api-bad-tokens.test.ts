import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { epochSeconds, fromMilliseconds } from '../../shared/protocol/brands.ts'
import { sha256 } from '../../shared/protocol/hash.ts'
import { tokenStore } from '../../shared/stores/tokens.ts'
import { newOpaqueToken } from '../../shared/tokens/opaque-token.ts'
import { storedApiToken } from '../support/grants.ts'
import { type OperatedStack, startOperatedStack } from '../support/operated-stack.ts'
import { rawRequest } from '../support/raw-request.ts'

const now = fromMilliseconds(Date.now())
const refused = {
  status: 401,
  body: {
    error: 'invalid_token',
    error_description: 'The access token is missing, expired or not valid',
  },
  challenge: 'Bearer realm="oauth", error="invalid_token"',
}

describe.each([
  { environment: 'live', prefix: 'bb_live_', other: 'bb_test_' },
  { environment: 'test', prefix: 'bb_test_', other: 'bb_live_' },
])('an API token in the environment $environment', ({ environment, prefix, other }) => {
  let stack: OperatedStack
  beforeAll(async () => {
    const change = (yaml: string) => `${yaml}\nenvironment: ${environment}\n`
    const seed = {
      accounts: [{ id: 'acme' }],
      api_tokens: [{ name: 'ci', account: 'acme', scope: 'read:jobs' }],
    }
    stack = await startOperatedStack({ preset: 'buildbutler', edge: true, change, seed })
  })
  afterAll(() => stack?.close())

  const call = async (token: string) => {
    const headers = [['Authorization', `Bearer ${token}`]] as const
    const { status, body, headers: told } = await rawRequest(stack.issuer, { path: '/api/v1/jobs', headers })
    return { status, body, challenge: told['www-authenticate'] }
  }
  /** Puts a token into the deployment's own table, as sound as its prefix lets it be. */
  async function given(withPrefix: string, different: object = {}): Promise<string> {
    const token = newOpaqueToken({ format: 'prefixed', prefix: withPrefix })
    const record = { tokenHash: sha256(token), account: 'acme', scope: ['read:jobs'], issuedAt: now }
    const stored = storedApiToken({ ...record, expiresAt: epochSeconds(now + 3600), ...different })
    await tokenStore(stack.db, stack.outputs.TokensTable ?? '').create(stored)
    return token
  }

  test('B1.5 has that environment’s prefix, and is good', async () => {
    const made = String(stack.demo.api_tokens?.find(({ name }) => name === 'ci')?.token)
    expect(made.startsWith(prefix)).toBe(true)
    expect(await call(made)).toMatchObject({ status: 200 })
    expect(await call(await given(prefix))).toMatchObject({ status: 200 })
  })

  test('B1.5 of the other environment is refused, though its checksum is right and its record is there', async () => {
    expect(await call(await given(other))).toEqual(refused)
  })

  test.each([
    { what: 'expired', different: { expiresAt: now } },
    { what: 'revoked', different: { revokedAt: now, revokedBecause: 'revoked' } },
    { what: 'leaked', different: { revokedAt: now, revokedBecause: 'leaked' } },
  ])('B1.1 that is $what is refused, with no word of why', async ({ different }) => {
    expect(await call(await given(prefix, different))).toEqual(refused)
  })
})
