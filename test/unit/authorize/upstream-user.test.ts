import { beforeEach, expect, test, vi } from 'vitest'
import { upstreamUser } from '../../../functions/authorize/upstream/user.ts'
import { epochSeconds } from '../../../shared/protocol/brands.ts'
import { type User, upstreamUsername } from '../../../shared/stores/users.ts'

const now = epochSeconds(1_800_000_000)
const identity = { issuer: 'https://idp.example', subject: '42', name: 'Ada' }
const username = upstreamUsername(identity.issuer, identity.subject)

let kept: Map<string, User>
beforeEach(() => {
  kept = new Map()
})
const users = {
  find: async (key: string) => kept.get(key),
  create: async (user: User) => {
    if (kept.has(user.username)) return 'exists' as const
    kept.set(user.username, user)
    return 'created' as const
  },
  tellProfile: async () => {},
}

test('the first user opens the account on its tier, before there is a user without one', async () => {
  const open = vi.fn(async () => expect(kept.size).toBe(0))
  const user = await upstreamUser(identity, { id: 'tenants', open }, users, now)
  expect(user).toEqual({
    username,
    subject: expect.stringMatching(/^[0-9a-f-]{36}$/),
    sessionVersion: 1,
    createdAt: now,
    name: 'Ada',
    account: 'tenants',
  })
  expect(open).toHaveBeenCalledTimes(1)
  await upstreamUser(identity, { id: 'tenants', open }, users, now)
  expect(open).toHaveBeenCalledTimes(1)
})

test('an account that cannot be opened leaves no user behind', async () => {
  const open = async () => {
    throw new Error('not now')
  }
  await expect(upstreamUser(identity, { id: 'tenants', open }, users, now)).rejects.toThrow('not now')
  expect(kept.size).toBe(0)
})
