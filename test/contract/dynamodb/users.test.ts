import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { beforeAll, describe, expect, test } from 'vitest'
import { normaliseUsername } from '../../../shared/protocol/username.ts'
import { upstreamUsername, userStore } from '../../../shared/stores/users.ts'
import { useEngine } from '../../support/dynamodb.ts'
import { user } from '../../support/grants.ts'

const { connect, tableName } = useEngine()
let db: DynamoDBDocumentClient
let other: DynamoDBDocumentClient
beforeAll(async () => {
  db = await connect()
  other = await connect()
})
const users = () => userStore(db, tableName('users'))
const others = () => userStore(other, tableName('users'))
const attempt = expect.stringMatching(/^[0-9a-f-]{36}$/)
const named = (username: string, different = {}) => user({ username, ...different })

describe('a user', () => {
  test.each([
    {
      what: 'with everything',
      user: named('whole', { passwordHash: 'h', account: 'acme', emailVerified: true }),
    },
    { what: 'who signs in upstream', user: named(upstreamUsername('https://idp.example', '42')) },
    { what: 'of a name beyond ASCII', user: named('zoë@例え.jp') },
  ])('$what reads back whole, by every instance at once', async ({ user }) => {
    expect(await users().create(user)).toBe('created')
    const stored = { ...user, attempt }
    expect([await users().find(user.username), await others().find(user.username)]).toEqual([stored, stored])
  })

  test('that nobody made is not found', async () => {
    expect(await users().find('nobody')).toBeUndefined()
  })

  test('keeps a name that is taken: of twenty at once one gets it', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? users() : others()).create(named('contested', { subject: `subject ${index}` })),
      ),
    )
    expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1)
    expect((await users().find('contested'))?.subject).toBe(`subject ${outcomes.indexOf('created')}`)
  })
})

describe('a password that is rehashed', () => {
  test('is replaced where the hash is still the one that was checked', async () => {
    await users().create(named('weak', { passwordHash: 'old' }))
    await others().rehash('weak', 'old', 'strong')
    expect(await users().find('weak')).toEqual({ ...named('weak'), attempt, passwordHash: 'strong' })
  })

  test.each([
    { what: 'was changed meanwhile', name: 'changed', create: { passwordHash: 'new' } },
    { what: 'is gone', name: 'upstream now', create: {} },
  ])('stays where it $what, and nobody is told', async ({ name, create }) => {
    await users().create(named(name, create))
    await users().rehash(name, 'old', 'strong of old')
    expect(await users().find(name)).toEqual({ ...named(name), attempt, ...create })
  })

  test('makes no user', async () => {
    await users().rehash('phantom', 'old', 'strong')
    expect(await users().find('phantom')).toBeUndefined()
  })

  test('keeps the sessions: nothing has changed for the user', async () => {
    await users().create(named('same', { passwordHash: 'old', sessionVersion: 3 }))
    await users().rehash('same', 'old', 'strong')
    expect((await users().find('same'))?.sessionVersion).toBe(3)
  })
})

describe('the session version', () => {
  test('moves on with each password and each sign-out everywhere', async () => {
    await users().create(named('moving', { passwordHash: 'old' }))
    expect([
      await users().changePassword('moving', 'new'),
      await others().endSessions('moving'),
      await users().endSessions('moving'),
    ]).toEqual([2, 3, 4])
    expect(await users().find('moving')).toEqual({
      ...named('moving'),
      attempt,
      passwordHash: 'new',
      sessionVersion: 4,
    })
  })

  test('gives every one of twenty sign-outs at once a version of its own', async () => {
    await users().create(named('busy'))
    const versions = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? users() : others()).endSessions('busy')),
    )
    expect(versions.toSorted((left, right) => left - right)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 2),
    )
  })

  test.each([
    { what: 'changePassword', act: () => users().changePassword('phantom', 'new') },
    { what: 'endSessions', act: () => users().endSessions('phantom') },
  ])('of nobody is not moved, and nobody is made: $what', async ({ act }) => {
    await expect(act()).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' })
    expect(await users().find('phantom')).toBeUndefined()
  })
})

describe('the key of a user who signs in upstream', () => {
  test('is by issuer and subject: neither alone, nor run together', () => {
    const keys = [
      ['https://idp.example', '42'],
      ['https://idp.example', '43'],
      ['https://idp.example2', '42'],
      ['https://idp.example/4', '2'],
      ['https://idp.example","', '42'],
    ].map(([issuer = '', subject = '']) => upstreamUsername(issuer, subject))
    expect(new Set(keys).size).toBe(5)
    expect(keys).toEqual(keys.map(() => expect.stringMatching(/^upstream\/[\w-]{43}$/)))
  })

  test('is the same each time', () => {
    expect(upstreamUsername('https://idp.example', '42')).toBe(upstreamUsername('https://idp.example', '42'))
  })

  test('is no name that anybody could type: the base64url of it has capitals', () => {
    const key = upstreamUsername('https://idp.example', '42')
    expect(normaliseUsername(key)).not.toBe(key)
  })
})
