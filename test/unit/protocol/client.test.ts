import { describe, expect, test } from 'vitest'
import { epochSeconds } from '../../../shared/protocol/brands.ts'
import { isConfidential, liveSecretHashes } from '../../../shared/protocol/client.ts'
import { machineClient, publicClient } from '../../support/clients.ts'

const at = epochSeconds
const createdAt = at(0)

describe('liveSecretHashes', () => {
  test.each([
    { what: 'a second before it expires', now: 999, hashes: ['old', 'new'] },
    { what: 'at the very second it expires', now: 1000, hashes: ['new'] },
    { what: 'a second later', now: 1001, hashes: ['new'] },
  ])('of a secret with an expiry, $what', ({ now, hashes }) => {
    const client = machineClient({
      secrets: [
        { hash: 'old', createdAt, expiresAt: at(1000) },
        { hash: 'new', createdAt },
      ],
    })
    expect(liveSecretHashes(client, at(now))).toEqual(hashes)
  })
  test('is empty for a client without secrets', () => {
    expect(liveSecretHashes(publicClient(), at(0))).toEqual([])
  })
})

test.each([
  { client: machineClient(), expected: true },
  { client: machineClient({ tokenEndpointAuthMethod: 'client_secret_post' }), expected: true },
  { client: publicClient(), expected: false },
])('a client of method $client.tokenEndpointAuthMethod is confidential: $expected (RFC 6749 §2.1)', (row) => {
  expect(isConfidential(row.client)).toBe(row.expected)
})
