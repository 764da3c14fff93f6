import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { beforeAll, describe, expect, test } from 'vitest'
import { MAX_PROFILE_FILE_BYTES } from '../../../shared/config/profile-file.ts'
import { sha256 } from '../../../shared/protocol/hash.ts'
import { profileFileStore } from '../../../shared/stores/profile-files.ts'
import { useEngine } from '../../support/dynamodb.ts'

const { connect, tableName } = useEngine()
let db: DynamoDBDocumentClient
let other: DynamoDBDocumentClient
beforeAll(async () => {
  db = await connect()
  other = await connect()
})
const files = () => profileFileStore(db, tableName('profiles'))
const others = () => profileFileStore(other, tableName('profiles'))
const T0 = 1_700_000_000

describe('the last good profile file', () => {
  test('reads back whole, in every environment at once', async () => {
    const text = 'pipeline: {} # ü\n'
    await files().save('whole', text, T0)
    const file = { text, digest: sha256(text), readAt: T0 }
    expect([await files().find('whole'), await others().find('whole')]).toEqual([file, file])
  })

  test('has no end: an item that TTL may take would be gone when it is needed', async () => {
    await files().save('endless', 'x', T0)
    const { Item } = await db.send(
      new GetCommand({ TableName: tableName('profiles'), Key: { cacheKey: 'endless' } }),
    )
    expect(Item).toEqual({ cacheKey: 'endless', text: 'x', digest: sha256('x'), readAt: T0 })
  })

  test('gives way to one that was read later, and stays for one that was read before', async () => {
    await files().save('ordered', 'second', T0 + 1)
    await others().save('ordered', 'first', T0)
    const kept = await files().find('ordered')
    await others().save('ordered', 'third', T0 + 1)
    await others().save('ordered', 'fourth', T0 + 2)
    expect([kept?.text, (await files().find('ordered'))?.text]).toEqual(['second', 'fourth'])
  })

  test('is never a mix of two, however many write at once', async () => {
    const texts = Array.from({ length: 20 }, (_, index) => `profile ${index} `.repeat(500))
    await Promise.all(
      texts.map((text, index) => (index % 2 ? files() : others()).save('contested', text, T0 + index)),
    )
    expect(await files().find('contested')).toEqual({
      text: texts[19],
      digest: sha256(texts[19] ?? ''),
      readAt: T0 + 19,
    })
  })

  test('of the greatest size is kept', async () => {
    const text = 'x'.repeat(MAX_PROFILE_FILE_BYTES)
    await files().save('github:https://api.github.com:acme:profiles:ci/profiles.yaml', text, T0)
    expect(
      (await files().find('github:https://api.github.com:acme:profiles:ci/profiles.yaml'))?.text.length,
    ).toBe(MAX_PROFILE_FILE_BYTES)
  })
})

describe('there is no file', () => {
  test('that was never saved', async () => {
    expect(await files().find('never')).toBeUndefined()
  })

  test('where the text does not belong to the digest', async () => {
    await files().save('changed', 'good', T0)
    await db.send(
      new UpdateCommand({
        TableName: tableName('profiles'),
        Key: { cacheKey: 'changed' },
        UpdateExpression: 'SET #text = :text',
        ExpressionAttributeNames: { '#text': 'text' },
        ExpressionAttributeValues: { ':text': 'evil' },
      }),
    )
    expect(await files().find('changed')).toBeUndefined()
  })

  test('where there is something else', async () => {
    await db.send(new PutCommand({ TableName: tableName('profiles'), Item: { cacheKey: 'else', text: 7 } }))
    expect(await files().find('else')).toBeUndefined()
  })
})
