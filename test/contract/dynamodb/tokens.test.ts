import type { BatchGetCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { beforeAll, describe, expect, test } from 'vitest'
import { isTransient } from '../../../shared/http/failures.ts'
import { denialKey } from '../../../shared/protocol/denial-key.ts'
import { grantStore } from '../../../shared/stores/grants.ts'
import { livenessReader } from '../../../shared/stores/liveness.ts'
import { tokenStore } from '../../../shared/stores/tokens.ts'
import { recordCommands, useEngine } from '../../support/dynamodb.ts'
import { at, newGrant, storedApiToken, storedToken } from '../../support/grants.ts'

const { connect, tableName } = useEngine()
let db: DynamoDBDocumentClient
let other: DynamoDBDocumentClient
beforeAll(async () => {
  db = await connect()
  other = await connect()
})
const tokens = () => tokenStore(db, tableName('tokens'))
const others = () => tokenStore(other, tableName('tokens'))
const grants = () => grantStore(db, tableName('grants'))
const tables = () => ({ grants: tableName('grants'), tokens: tableName('tokens') })
/** Seconds for which a revoked token is kept. */
const KEPT = 90 * 86_400
const named = (tokenHash: string, different = {}) => storedToken({ tokenHash, ...different })

describe('a token', () => {
  test.each([
    { what: 'of a machine', token: named('plain') },
    { what: 'of a user', token: named('whole', { username: 'ada' }) },
    { what: 'that never ends', token: named('endless', { expiresAt: undefined }) },
    { what: 'of the API', token: storedApiToken({ tokenHash: 'api' }) },
  ])('$what reads back whole, by every instance at once', async ({ token }) => {
    await tokens().create(token)
    const stored = JSON.parse(JSON.stringify(token))
    expect([await tokens().find(token.tokenHash), await others().find(token.tokenHash)]).toEqual([
      stored,
      stored,
    ])
  })

  test('is looked up strongly consistent: a revocation counts everywhere at once', async () => {
    const connection = await connect()
    const asked: unknown[] = []
    connection.middlewareStack.add(
      (next) => (args) => {
        asked.push(args.input)
        return next(args)
      },
      { step: 'initialize', name: 'record-input' },
    )
    await tokenStore(connection, tableName('tokens')).find('plain')
    expect(asked).toEqual([
      { TableName: tableName('tokens'), Key: { tokenHash: 'plain' }, ConsistentRead: true },
    ])
  })

  test('that never was is not found', async () => {
    expect(await tokens().find('never')).toBeUndefined()
  })

  test('is never drawn twice', async () => {
    await tokens().create(named('twice', { subject: 'first' }))
    await expect(others().create(named('twice', { subject: 'second' }))).rejects.toEqual(
      new Error('a token was drawn twice'),
    )
    expect(await tokens().find('twice')).toMatchObject({ subject: 'first' })
  })

  test('is revoked once: the first time stands, and its reason with it', async () => {
    await tokens().create(named('revoked'))
    await tokens().revoke('revoked', at(5), 'leaked')
    await others().revoke('revoked', at(6))
    const ended = { revokedAt: at(5), revokedBecause: 'leaked', expiresAt: at(5 + KEPT) }
    expect(await tokens().find('revoked')).toEqual({ ...named('revoked'), ...ended })
  })

  test('by two for two reasons at once keeps time and reason of one, in each of 25 rounds', async () => {
    for (let round = 0; round < 25; round += 1) {
      const tokenHash = `contested ${round}`
      await tokens().create(named(tokenHash))
      await Promise.all([tokens().revoke(tokenHash, at(5), 'leaked'), others().revoke(tokenHash, at(6))])
      const { revokedAt, revokedBecause } = (await tokens().find(tokenHash)) ?? {}
      expect([
        [at(5), 'leaked'],
        [at(6), 'revoked'],
      ]).toContainEqual([revokedAt, revokedBecause])
    }
  })

  test('that never ends gets a last day with its revocation, so that TTL can clean up', async () => {
    await tokens().create(named('endless revoked', { expiresAt: undefined }))
    await tokens().revoke('endless revoked', at(5))
    expect((await tokens().find('endless revoked'))?.expiresAt).toBe(at(5 + KEPT))
  })

  test('is kept for ninety days where it leaked, so that its owner can read why', async () => {
    await tokens().create(named('leaked soon', { expiresAt: at(6) }))
    await tokens().revoke('leaked soon', at(5), 'leaked')
    expect((await tokens().find('leaked soon'))?.expiresAt).toBe(at(5 + KEPT))
    await tokens().create(named('revoked soon', { expiresAt: at(6) }))
    await tokens().revoke('revoked soon', at(5))
    expect((await tokens().find('revoked soon'))?.expiresAt).toBe(at(6))
  })

  test('that never was is not made by a revocation', async () => {
    await expect(tokens().revoke('phantom', at(5))).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
    })
    expect(await tokens().find('phantom')).toBeUndefined()
  })
})

describe('whether a token lives', () => {
  const read = (gid: string, jti?: string) => livenessReader(other, tables()).read(gid, jti)

  test('is told by its grant as it is this moment', async () => {
    const grant = newGrant({ gid: 'seen' })
    expect(await read('seen')).toEqual({ grant: undefined, isDenied: false })
    await grants().create(grant)
    expect(await read('seen')).toEqual({ grant, isDenied: false })
    await grants().revoke('seen', at(5), at(99))
    expect(await read('seen')).toEqual({ grant: { ...grant, revokedAt: at(5) }, isDenied: false })
  })

  test('is told by the denial of the token itself, and of no other', async () => {
    await tokens().deny('jti-1', at(3600))
    expect(await read('no grant', 'jti-1')).toEqual({ grant: undefined, isDenied: true })
    expect(await read('no grant', 'jti-2')).toEqual({ grant: undefined, isDenied: false })
    expect(await tokens().find('jti-1')).toBeUndefined()
    expect(await tokens().find(denialKey('jti-1'))).toEqual({ tokenHash: 'jti:jti-1', expiresAt: at(3600) })
  })

  test('is right at once after each of fifty revocations', async () => {
    for (let round = 0; round < 50; round += 1) {
      const [gid, jti] = [`gid ${round}`, `jti ${round}`]
      await grants().create(newGrant({ gid }))
      await Promise.all([grants().revoke(gid, at(5), at(99)), tokens().deny(jti, at(3600))])
      expect(await read(gid, jti)).toMatchObject({ grant: { revokedAt: at(5) }, isDenied: true })
    }
  })

  test.each([
    { what: 'a JWT: the grant and the denial', jti: 'jti-3', keys: ['grants', 'tokens'] },
    { what: 'an opaque token: the grant alone', jti: undefined, keys: ['grants'] },
  ])('costs one strongly consistent read of $what', async ({ jti, keys }) => {
    const connection = await connect()
    const commands = recordCommands(connection)
    const asked: unknown[] = []
    connection.middlewareStack.add(
      (next) => (args) => {
        asked.push((args.input as BatchGetCommand['input']).RequestItems)
        return next(args)
      },
      { step: 'initialize', name: 'record-input' },
    )
    await livenessReader(connection, tables()).read('gid-1', jti)
    expect(commands).toEqual(['BatchGetItemCommand'])
    expect(asked).toEqual([
      Object.fromEntries(
        keys.map((name) => [
          tableName(name as 'grants' | 'tokens'),
          { Keys: [expect.any(Object)], ConsistentRead: true },
        ]),
      ),
    ])
  })

  test('is not told where DynamoDB left a part unread: that would say "not revoked"', async () => {
    const connection = await connect()
    connection.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args)
        Object.assign(result.output as object, {
          Responses: {},
          UnprocessedKeys: (args.input as BatchGetCommand['input']).RequestItems,
        })
        return result
      },
      { step: 'initialize', name: 'throttle-a-part' },
    )
    const failure = await livenessReader(connection, tables())
      .read('gid-1', 'jti-1')
      .catch((error: unknown) => error)
    expect(failure).toMatchObject({
      name: 'ThrottlingException',
      message: 'DynamoDB left a part of a batch unread',
    })
    expect(isTransient(failure)).toBe(true)
  })
})
