import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientId, seconds } from '../../../shared/protocol/brands.ts'
import { authorizationCodeStore } from '../../../shared/stores/authorization-codes.ts'
import { consentStore } from '../../../shared/stores/consents.ts'
import { grantStore } from '../../../shared/stores/grants.ts'
import { signInAttempts } from '../../../shared/stores/sign-in-attempts.ts'
import { tokenStore } from '../../../shared/stores/tokens.ts'
import { userStore } from '../../../shared/stores/users.ts'
import { connect, useEngine } from '../../support/dynamodb.ts'
import { type Fault, flakyConnection } from '../../support/flaky-connection.ts'
import { at, authorizationCode, newGrant, storedToken, user } from '../../support/grants.ts'

const { engine, connect: connectDirectly, tableName } = useEngine()
let proxy: Awaited<ReturnType<typeof flakyConnection>>
let direct: DynamoDBDocumentClient
let flaky: DynamoDBDocumentClient
beforeAll(async () => {
  proxy = await flakyConnection(engine().port)
  direct = await connectDirectly()
  flaky = await connect(proxy.port)
})
afterAll(() => proxy.close())

const codes = (db: DynamoDBDocumentClient) => authorizationCodeStore(db, tableName('authorizationCodes'))
const grants = (db: DynamoDBDocumentClient) => grantStore(db, tableName('grants'))
const tokens = (db: DynamoDBDocumentClient) => tokenStore(db, tableName('tokens'))
const users = (db: DynamoDBDocumentClient) => userStore(db, tableName('users'))
const consents = (db: DynamoDBDocumentClient) => consentStore(db, tableName('consents'))

const faults: readonly { fault: Fault; what: string }[] = [
  { fault: 'answer lost', what: 'was applied before the connection was reset' },
  { fault: 'connection reset', what: 'never arrived' },
]
/** Makes the fault befall the next request, and sees that it did. */
async function despite<Result>(fault: Fault, act: () => Promise<Result>): Promise<Result> {
  proxy.failOnce(fault)
  const result = await act()
  expect(proxy.happened.splice(0)).toEqual([fault])
  return result
}

describe.each(faults)('a write that $what counts as a success, once', ({ fault }) => {
  const named = (name: string) => `${name}, ${fault}`

  test('consuming a code: our own retry is no replay', async () => {
    const codeHash = named('code')
    await codes(direct).create(authorizationCode({ codeHash }))
    expect(await despite(fault, () => codes(flaky).consume(codeHash, at(1)))).toBe('consumed')
    expect(await codes(flaky).consume(codeHash, at(2))).toBe('replayed')
    expect(await codes(direct).find(codeHash)).toMatchObject({ consumedAt: at(1) })
  })

  test('rotating a grant: our own retry is no second use', async () => {
    const gid = named('rotated')
    await grants(direct).create(newGrant({ gid }))
    const rotation = {
      gid,
      fromGeneration: 1,
      fromHash: 'hash-1',
      toHash: 'hash-2',
      now: at(10),
      refreshExpiresAt: at(1000),
    }
    expect(await despite(fault, () => grants(flaky).rotate(rotation))).toEqual({ rotated: true })
    expect(await grants(flaky).rotate(rotation)).toMatchObject({ rotated: false, found: { generation: 2 } })
  })

  test('revoking a grant', async () => {
    const gid = named('revoked')
    await grants(direct).create(newGrant({ gid }))
    await despite(fault, () => grants(flaky).revoke(gid, at(5), at(99)))
    expect(await grants(direct).find(gid)).toEqual({ ...newGrant({ gid }), revokedAt: at(5) })
  })

  test('creating a grant', async () => {
    const grant = newGrant({ gid: named('created') })
    await despite(fault, () => grants(flaky).create(grant))
    expect(await grants(direct).find(grant.gid)).toEqual(grant)
  })

  test('creating and revoking a token', async () => {
    const token = storedToken({ tokenHash: named('token') })
    await despite(fault, () => tokens(flaky).create(token))
    await despite(fault, () => tokens(flaky).revoke(token.tokenHash, at(5)))
    expect(await tokens(direct).find(token.tokenHash)).toMatchObject({ ...token, revokedAt: at(5) })
  })

  test('giving a code', async () => {
    const code = authorizationCode({ codeHash: named('given') })
    await despite(fault, () => codes(flaky).create(code))
    expect(await codes(direct).find(code.codeHash)).toMatchObject(code)
  })

  test('denying a JWT', async () => {
    await despite(fault, () => tokens(flaky).deny(named('jti'), at(99)))
    expect(await tokens(direct).find(`jti:${named('jti')}`)).toMatchObject({ expiresAt: at(99) })
  })

  test('rehashing a password: where ours came first, theirs is not overwritten', async () => {
    const username = named('rehashed')
    await users(direct).create(user({ username, passwordHash: 'old' }))
    await despite(fault, () => users(flaky).rehash(username, 'old', 'strong'))
    expect((await users(direct).find(username))?.passwordHash).toBe('strong')
  })

  test('allowing and withdrawing', async () => {
    const username = named('consent')
    await despite(fault, () => consents(flaky).allow(username, clientId('app'), ['read'], at(1)))
    expect((await consents(direct).find(username, 'app'))?.scope).toEqual(['read'])
    await despite(fault, () => consents(flaky).withdraw(username, 'app', at(5)))
    expect(await consents(direct).find(username, 'app')).toMatchObject({ scope: [], validAfter: at(5) })
  })
})

describe('a write that was applied twice errs on the safe side', () => {
  test('a password change ends the sessions once more', async () => {
    await users(direct).create(user({ username: 'twice' }))
    expect(await despite('answer lost', () => users(flaky).changePassword('twice', 'new'))).toBe(3)
    expect(await users(direct).find('twice')).toMatchObject({ passwordHash: 'new', sessionVersion: 3 })
  })

  test('a sign-in attempt counts twice', async () => {
    const attempts = signInAttempts(flaky, tableName('rateLimits'))
    const counted = await despite('answer lost', () => attempts.count('twice', at(1), seconds(900)))
    expect(counted.attempts).toBe(2)
  })

  test('an attempt is taken back once at most: nobody gains a guess', async () => {
    const attempts = signInAttempts(flaky, tableName('rateLimits'))
    await attempts.count('back', at(1), seconds(900))
    const second = await attempts.count('back', at(1), seconds(900))
    await despite('answer lost', () => attempts.takeBack(second))
    expect((await attempts.count('back', at(1), seconds(900))).attempts).toBe(2)
  })
})
