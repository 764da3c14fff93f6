import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { apiTokenStore } from '../../../shared/stores/api-tokens.ts'
import { token } from '../../support/api-tokens.ts'
import { beforeEachAttempt, connect, useEngine } from '../../support/dynamodb.ts'
import { type Fault, flakyConnection } from '../../support/flaky-connection.ts'
import { at } from '../../support/grants.ts'

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
const tokens = (db: DynamoDBDocumentClient) => apiTokenStore(db, tableName('tokens'))

const faults: readonly { fault: Fault; what: string }[] = [
  { fault: 'answer lost', what: 'was applied before the connection was reset' },
  { fault: 'connection reset', what: 'never arrived' },
]

describe.each(faults)('a write that $what counts as a success, once', ({ fault }) => {
  const named = (name: string) => `${name}, ${fault}`

  test('revoking an API token: our own retry finds it no other’s', async () => {
    const made = token(named('revoked'))
    await tokens(direct).create(made)
    proxy.failOnce(fault)
    expect(await tokens(flaky).revoke(made.account, made.tokenHash, at(5), 'leaked')).toBe('revoked')
    expect(proxy.happened.splice(0)).toEqual([fault])
    expect(await tokens(direct).find(made.tokenHash)).toMatchObject({ revokedAt: at(5) })
  })

  /** A connection of which the n-th request meets the fault. */
  async function failingAt(request: number) {
    const db = await connect(proxy.port)
    beforeEachAttempt(db, async (attempt) => {
      if (attempt === request) proxy.failOnce(fault)
    })
    return db
  }

  test.each([
    { step: 'reading the old token', request: 1 },
    { step: 'writing the successor', request: 2 },
    { step: 'ending the old token', request: 3 },
  ])('rotating an API token, $step', async ({ step, request }) => {
    const old = token(named(step))
    await tokens(direct).create(old)
    const record = token(`successor of ${old.tokenHash}`, { account: old.account, issuedAt: at(5) })
    const db = await failingAt(request)
    const rotation = await tokens(db).rotate(old.account, old.tokenHash, at(5), () => ({ record }))
    expect(rotation).toEqual({ outcome: 'rotated', successor: { record } })
    expect(proxy.happened.splice(0)).toEqual([fault])
    expect(await tokens(direct).list(old.account)).toEqual([
      { ...record, replaces: old.tokenHash },
      {
        ...old,
        revokedAt: at(5),
        revokedBecause: 'rotated',
        replacedBy: record.tokenHash,
        expiresAt: at(5 + 90 * 86_400),
      },
    ])
  })

  test('noting the last use of an API token', async () => {
    const made = token(named('used'))
    await tokens(direct).create(made)
    proxy.failOnce(fault)
    await tokens(flaky).touch(made, at(5))
    expect(proxy.happened.splice(0)).toEqual([fault])
    expect(await tokens(direct).find(made.tokenHash)).toMatchObject({ lastUsedAt: at(5) })
  })
})
