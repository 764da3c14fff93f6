/** What the account page and the upstream sign-in write beside consents and passwords. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { beforeAll, describe, expect, test } from 'vitest'
import { clientId, epochSeconds } from '../../../shared/protocol/brands.ts'
import { consentStore } from '../../../shared/stores/consents.ts'
import { userStore } from '../../../shared/stores/users.ts'
import { useEngine } from '../../support/dynamodb.ts'

const { connect, tableName } = useEngine()
let db: DynamoDBDocumentClient
beforeAll(async () => {
  db = await connect()
})

const at = (second: number) => epochSeconds(1_700_000_000 + second)

test('invalidating a consent ends what was issued on it, and keeps what is allowed', async () => {
  const consents = consentStore(db, tableName('consents'))
  await consents.allow('ada', clientId('app'), ['read'], at(1))
  await consents.invalidate('ada', 'app', at(2))
  expect(await consents.find('ada', 'app')).toEqual({
    username: 'ada',
    clientId: 'app',
    scope: ['read'],
    grantedAt: at(1),
    validAfter: at(2),
  })
})

describe('a profile that is told anew', () => {
  const users = () => userStore(db, tableName('users'))
  const user = (username: string) => ({
    username,
    subject: `subject-of-${username}`,
    account: 'tenants',
    name: 'Ada',
    email: 'ada@example.com',
    emailVerified: true,
    sessionVersion: 1,
    createdAt: at(0),
  })

  test.each([
    ['all', { name: 'Countess', email: 'countess@example.com', emailVerified: false }],
    ['some', { name: 'Countess' }],
    ['nothing', {}],
  ])('replaces the one before, told %s, and leaves the rest alone', async (told, profile) => {
    await users().create(user(told))
    await users().tellProfile(told, profile)
    const { name: _, email: __, emailVerified: ___, ...rest } = user(told)
    expect(await users().find(told)).toEqual({ ...rest, ...profile, attempt: expect.any(String) })
  })

  test('makes no user', async () => {
    await expect(users().tellProfile('nobody', { name: 'Nobody' })).rejects.toThrow(
      'The conditional request failed',
    )
    expect(await users().find('nobody')).toBeUndefined()
  })
})
