import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { beforeAll, describe, expect, test } from 'vitest'
import { authorizationCodeStore } from '../../../shared/stores/authorization-codes.ts'
import { recordCommands, useEngine } from '../../support/dynamodb.ts'
import { at, authorizationCode, T0 } from '../../support/grants.ts'

const { engine, connect, tableName } = useEngine()
let db: DynamoDBDocumentClient
let other: DynamoDBDocumentClient
beforeAll(async () => {
  db = await connect()
  other = await connect()
})
/** Two instances of the store on one table, as two environments of a function are. */
const codes = () => authorizationCodeStore(db, tableName('authorizationCodes'))
const others = () => authorizationCodeStore(other, tableName('authorizationCodes'))
const attempt = expect.stringMatching(/^[0-9a-f-]{36}$/)
const named = (codeHash: string, different = {}) => authorizationCode({ codeHash, ...different })

describe('a code', () => {
  test.each([
    { what: 'of a plain request', code: named('plain') },
    {
      what: 'with redirect URI, challenge and nonce',
      code: named('whole', {
        redirectUri: 'https://app.example/cb',
        codeChallenge: 'c'.repeat(43),
        nonce: 'n-0S6_WzA2Mj',
      }),
    },
    { what: 'of a request without scope', code: named('no-scope', { requestedScope: undefined }) },
  ])('$what reads back whole, by every instance at once', async ({ code }) => {
    await codes().create(code)
    const stored = { ...JSON.parse(JSON.stringify(code)), attempt }
    expect([await codes().find(code.codeHash), await others().find(code.codeHash)]).toEqual([stored, stored])
  })

  test('that was never given is not found', async () => {
    expect(await codes().find('never')).toBeUndefined()
  })

  test('is never given twice', async () => {
    await codes().create(named('twice', { subject: 'first' }))
    await expect(others().create(named('twice', { subject: 'second' }))).rejects.toEqual(
      new Error('an authorization code was drawn twice'),
    )
    expect((await codes().find('twice'))?.subject).toBe('first')
  })
})

describe('consuming a code (RFC 6749 §4.1.2: "MUST NOT use more than once")', () => {
  test('is done once, and leaves the code to be seen again', async () => {
    const code = named('once')
    await codes().create(code)
    expect([
      await codes().consume('once', at(1)),
      await codes().consume('once', at(2)),
      await others().consume('once', at(3)),
    ]).toEqual(['consumed', 'replayed', 'replayed'])
    expect(await others().find('once')).toEqual({ ...code, attempt, consumedAt: at(1) })
  })

  test.each([
    { what: 'unknown', codeHash: 'nobody’s', now: T0, outcome: 'unknown' },
    { what: 'a second before its end', codeHash: 'early', now: at(59), outcome: 'consumed' },
    { what: 'at its end', codeHash: 'end', now: at(60), outcome: 'expired' },
    {
      what: 'after its end, though the table still has it',
      codeHash: 'late',
      now: at(61),
      outcome: 'expired',
    },
  ])('$what is $outcome', async ({ codeHash, now, outcome }) => {
    if (outcome !== 'unknown') await codes().create(named(codeHash))
    expect(await codes().consume(codeHash, now)).toBe(outcome)
  })

  test('of an unknown code makes none', async () => {
    await codes().consume('phantom', T0)
    expect(await codes().find('phantom')).toBeUndefined()
  })

  test('a second time after its end is still a replay', async () => {
    await codes().create(named('replayed late'))
    await codes().consume('replayed late', at(1))
    expect(await others().consume('replayed late', at(61))).toBe('replayed')
  })

  test('by twenty at once over two instances succeeds exactly once, in each of 25 rounds', async () => {
    for (let round = 0; round < 25; round += 1) {
      const codeHash = `contested ${round}`
      await codes().create(named(codeHash))
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) => (index % 2 ? codes() : others()).consume(codeHash, at(1))),
      )
      expect(outcomes.toSorted()).toEqual(['consumed', ...Array(19).fill('replayed')])
    }
  })

  test('costs one write, and a read only where the engine does not tell the old item', async () => {
    const connection = await connect()
    const store = authorizationCodeStore(connection, tableName('authorizationCodes'))
    await store.create(named('counted'))
    const commands = recordCommands(connection)
    await store.consume('counted', at(1))
    expect(commands).toEqual(['UpdateItemCommand'])
    await store.consume('counted', at(1))
    expect(commands.slice(1)).toEqual(
      engine().tellsOldItem ? ['UpdateItemCommand'] : ['UpdateItemCommand', 'GetItemCommand'],
    )
  })
})
