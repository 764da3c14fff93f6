import { describe, expect, test } from 'vitest'
import { apiTokenInfo } from '../../../shared/protocol/api-token.ts'
import { at, storedApiToken } from '../../support/grants.ts'

const told = {
  id: 'token-hash-2',
  name: 'Nightly export',
  account: 'acme',
  scope: 'read',
  hint: 'bb_live_7f3K',
  created_by: 'ada',
  created_at: '2023-11-14T22:13:20Z',
}

describe('what is told of an API token', () => {
  test('is everything but the attributes of its item that say nothing to people', () => {
    const { expiresAt: _, ...endless } = storedApiToken()
    expect(apiTokenInfo(endless)).toEqual(told)
  })

  test('has an end until it was revoked, of which the record’s own says nothing to people', () => {
    const token = storedApiToken({ expiresAt: at(3600) })
    expect(apiTokenInfo(token)).toEqual({ ...told, expires_at: '2023-11-14T23:13:20Z' })
    expect(apiTokenInfo({ ...token, revokedAt: at(2) })).toEqual({
      ...told,
      revoked_at: '2023-11-14T22:13:22Z',
    })
  })

  test('names times in ISO 8601, the reason it ended for, and its neighbours', () => {
    const token = storedApiToken({
      scope: ['read', 'write'],
      lastUsedAt: at(1),
      revokedAt: at(2),
      revokedBecause: 'rotated',
      replacedBy: 'token-hash-3',
      replaces: 'token-hash-1',
    })
    expect(apiTokenInfo(token)).toEqual({
      ...told,
      scope: 'read write',
      last_used_at: '2023-11-14T22:13:21Z',
      revoked_at: '2023-11-14T22:13:22Z',
      revoked_because: 'rotated',
      replaced_by: 'token-hash-3',
      replaces: 'token-hash-1',
    })
  })
})
