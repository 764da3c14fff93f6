import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'
import { beforeAll, describe, expect, test } from 'vitest'
import { clientId } from '../../../shared/protocol/brands.ts'
import { grantStore, type Rotation } from '../../../shared/stores/grants.ts'
import { recordCommands, useEngine } from '../../support/dynamodb.ts'
import { at, newGrant, T0 } from '../../support/grants.ts'

const { connect, tableName } = useEngine()
let db: DynamoDBDocumentClient
let other: DynamoDBDocumentClient
beforeAll(async () => {
  db = await connect()
  other = await connect()
})
/** Two instances of the store on one table, as two environments of a function are. */
const grants = () => grantStore(db, tableName('grants'))
const others = () => grantStore(other, tableName('grants'))
const named = (gid: string, different = {}) => newGrant({ gid, ...different })
const step = (gid: string, different: Partial<Rotation> = {}): Rotation => ({
  gid,
  fromGeneration: 1,
  fromHash: 'hash-1',
  toHash: 'hash-2',
  now: at(10),
  refreshExpiresAt: at(1000),
  expiresAt: at(1000),
  ...different,
})

describe('a grant', () => {
  test.each([
    { what: 'of a user, with refresh tokens', grant: named('whole', { authTime: at(-5) }) },
    {
      what: 'of a client for itself',
      grant: named('machine', { username: undefined, grantType: 'client_credentials' }),
    },
    {
      what: 'without refresh tokens, whose tokens never end',
      grant: named('endless', { currentHash: undefined, refreshExpiresAt: undefined, expiresAt: undefined }),
    },
  ])('$what reads back whole, by every instance at once', async ({ grant }) => {
    await grants().create(grant)
    const stored = JSON.parse(JSON.stringify(grant))
    expect([await grants().find(grant.gid), await others().find(grant.gid)]).toEqual([stored, stored])
  })

  test('that never was is not found', async () => {
    expect(await grants().find('never')).toBeUndefined()
  })
})

describe('revoking', () => {
  test('ends a grant, and the first time stands', async () => {
    await grants().create(named('revoked'))
    await grants().revoke('revoked', at(5), at(99))
    await others().revoke('revoked', at(6), at(100))
    expect(await grants().find('revoked')).toEqual({ ...named('revoked'), revokedAt: at(5) })
  })

  test('before the grant exists stands when it is created: a replay can be faster than the mint', async () => {
    await others().revoke('not yet', at(5), at(500))
    expect(await grants().find('not yet')).toEqual({ gid: 'not yet', revokedAt: at(5), expiresAt: at(500) })
    await grants().create(named('not yet'))
    expect(await grants().find('not yet')).toEqual({ ...named('not yet'), revokedAt: at(5) })
  })

  test('against creating, at once, always leaves it revoked', async () => {
    for (let round = 0; round < 25; round += 1) {
      const gid = `mint and replay ${round}`
      await Promise.all([grants().create(named(gid)), others().revoke(gid, at(5), at(500))])
      expect(await grants().find(gid)).toEqual({
        ...named(gid),
        revokedAt: at(5),
        expiresAt: expect.any(Number),
      })
    }
  })

  test('gives a grant whose tokens never end a last day, so that TTL can clean up', async () => {
    await grants().create(named('endless revoked', { expiresAt: undefined }))
    await grants().revoke('endless revoked', at(5), at(500))
    expect((await grants().find('endless revoked'))?.expiresAt).toBe(at(500))
  })
})

describe('rotating', () => {
  test('makes the successor current, and keeps the one before', async () => {
    await grants().create(named('rotated'))
    const rotation = step('rotated', { refreshExpiresAt: at(2000), expiresAt: at(3000) })
    expect(await grants().rotate(rotation)).toEqual({ rotated: true })
    expect(await others().find('rotated')).toEqual({
      ...named('rotated'),
      generation: 2,
      currentHash: 'hash-2',
      previousHash: 'hash-1',
      rotatedAt: at(10),
      refreshExpiresAt: at(2000),
      expiresAt: at(3000),
    })
  })

  test('into tokens that never end keeps the grant for good', async () => {
    await grants().create(named('now endless'))
    const { expiresAt: _, ...rotation } = step('now endless')
    await grants().rotate(rotation)
    expect(await grants().find('now endless')).not.toHaveProperty('expiresAt')
  })

  test.each([
    { what: 'an older generation', different: { fromGeneration: 0 } },
    { what: 'a generation that never was', different: { fromGeneration: 2 } },
    { what: 'another body', different: { fromHash: 'hash-x' } },
    { what: 'a chain at its end', different: { now: at(1000) } },
    { what: 'a chain past its end', different: { now: at(1001) } },
  ])('from $what changes nothing, and tells the grant as it is', async ({ what, different }) => {
    await grants().create(named(what))
    expect(await grants().rotate(step(what, different))).toEqual({ rotated: false, found: named(what) })
    expect(await grants().find(what)).toEqual(named(what))
  })

  test('a grant that was revoked changes nothing', async () => {
    await grants().create(named('dead'))
    await grants().revoke('dead', at(5), at(99))
    const dead = { ...named('dead'), revokedAt: at(5) }
    expect(await others().rotate(step('dead'))).toEqual({ rotated: false, found: dead })
    expect(await grants().find('dead')).toEqual(dead)
  })

  test('a grant that never was makes none', async () => {
    expect(await grants().rotate(step('phantom'))).toEqual({ rotated: false, found: undefined })
    expect(await grants().find('phantom')).toBeUndefined()
  })

  test('a grant that never had refresh tokens is not done', async () => {
    const plain = named('plain', { currentHash: undefined, refreshExpiresAt: undefined })
    await grants().create(plain)
    expect((await grants().rotate(step('plain'))).rotated).toBe(false)
  })

  test('by twenty at once over two instances is done exactly once, in each of 25 rounds', async () => {
    for (let round = 0; round < 25; round += 1) {
      const gid = `contested ${round}`
      await grants().create(named(gid))
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) => (index % 2 ? grants() : others()).rotate(step(gid))),
      )
      expect(outcomes.filter(({ rotated }) => rotated)).toEqual([{ rotated: true }])
      const now = await grants().find(gid)
      expect(now).toMatchObject({ generation: 2, currentHash: 'hash-2', previousHash: 'hash-1' })
      expect(outcomes.filter(({ rotated }) => !rotated)).toEqual(
        Array(19).fill({ rotated: false, found: now }),
      )
    }
  })

  test('against revoking: once the revocation is answered, nothing rotates', async () => {
    for (let round = 0; round < 25; round += 1) {
      const gid = `revoked while rotating ${round}`
      await grants().create(named(gid))
      const early = Array.from({ length: 5 }, () => others().rotate(step(gid)))
      await grants().revoke(gid, at(10), at(99))
      const { generation = 0, currentHash = '' } = (await grants().find(gid)) ?? {}
      const late = step(gid, { fromGeneration: generation, fromHash: currentHash, toHash: 'hash-3' })
      expect(await others().rotate(late)).toMatchObject({ rotated: false, found: { revokedAt: at(10) } })
      await Promise.all(early)
      expect(await grants().find(gid)).toMatchObject({ revokedAt: at(10), generation })
    }
  })

  test('costs one write', async () => {
    const connection = await connect()
    const store = grantStore(connection, tableName('grants'))
    await store.create(named('counted'))
    const commands = recordCommands(connection)
    await store.rotate(step('counted'))
    expect(commands).toEqual(['UpdateItemCommand'])
  })
})

describe('the grants of a subject', () => {
  test('are told whole, without those that were revoked and those of others', async () => {
    const [first, second, gone] = ['s1', 's2', 's3'].map((gid) => named(gid, { subject: 'many' }))
    for (const grant of [first, second, gone]) await grants().create(grant ?? named('s'))
    await grants().create(named('s4', { subject: 'somebody else', clientId: clientId('other') }))
    await grants().revoke('s3', at(5), at(99))
    const found = await others().ofSubject('many')
    expect(found.toSorted((left, right) => left.gid.localeCompare(right.gid))).toEqual([first, second])
    expect(await grants().ofSubject('nobody')).toEqual([])
  })

  test('are told all, beyond what one answer holds', async () => {
    const gids = Array.from({ length: 120 }, (_, index) => `of many ${index}`)
    await Promise.all(gids.map((gid) => grants().create(named(gid, { subject: 'prolific' }))))
    const found = await grants().ofSubject('prolific')
    expect(found.map(({ gid }) => gid).toSorted()).toEqual(gids.toSorted())
  })
})

test('is begun once: an echo of its beginning, after a rotation, is refused and changes nothing', async () => {
  const grant = named('echoed')
  await grants().create(grant)
  await expect(grants().create({ ...grant, generation: 9 })).rejects.toThrow('a grant was begun twice')
  expect(await grants().find('echoed')).toMatchObject({ generation: grant.generation })
})

test('an item holds nothing that was left undefined', async () => {
  await grants().create(named('bare', { username: undefined, expiresAt: undefined }))
  const { Item } = await db.send(new GetCommand({ TableName: tableName('grants'), Key: { gid: 'bare' } }))
  expect(Object.keys(Item ?? {}).toSorted()).toEqual(
    [
      'attempt',
      ...Object.keys(
        JSON.parse(JSON.stringify(named('bare', { username: undefined, expiresAt: undefined }))),
      ),
    ].toSorted(),
  )
  expect(Item?.createdAt).toBe(T0)
})
