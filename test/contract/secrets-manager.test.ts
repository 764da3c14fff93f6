import { describe, expect, test } from 'vitest'
import { makeFirstKeys } from '../../functions/rotate-keys/first-keys.ts'
import { secretStore } from '../../shared/stores/secrets.ts'
import { publishedKeys } from '../../shared/tokens/jwks.ts'
import { parseKeySet } from '../../shared/tokens/key-set.ts'
import { useSecretsManager } from '../support/secrets-manager.ts'

const { newSecret, connect, connectWithoutRights, failAt, happened } = useSecretsManager()

/** A secret, the store over it, and the values it holds by their labels. */
function secret() {
  const { arn, versions } = newSecret()
  const labelled = (label: string) =>
    Object.values(versions)
      .filter(({ stages }) => stages.includes(label))
      .map(({ secretString }) => secretString)
  return { arn, store: secretStore(connect(), arn), labelled, versions: () => Object.keys(versions).length }
}

describe('reading', () => {
  test('gives nothing while the secret has never had a value', async () => {
    expect(await secret().store.current()).toBeUndefined()
  })
  test('gives the current value and its version', async () => {
    const { store } = secret()
    await store.replace(undefined, 'one')
    expect(await store.current()).toEqual({
      versionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      value: 'one',
    })
  })
  test('without the right to is an error, not an empty secret', async () => {
    const { arn } = secret()
    await expect(secretStore(connectWithoutRights(), arn).current()).rejects.toThrow(
      expect.objectContaining({ name: 'AccessDeniedException' }),
    )
  })
})

describe('replacing', () => {
  test('the first value makes it current', async () => {
    const { store, labelled } = secret()
    expect(await store.replace(undefined, 'one')).toBe(true)
    expect(labelled('AWSCURRENT')).toEqual(['one'])
  })

  test('a value that was seen makes the new one current, and the old one previous', async () => {
    const { store, labelled } = secret()
    await store.replace(undefined, 'one')
    expect(await store.replace(await store.current(), 'two')).toBe(true)
    expect([labelled('AWSCURRENT'), labelled('AWSPREVIOUS')]).toEqual([['two'], ['one']])
  })

  test.each([
    { what: 'nothing, where there is a value', sees: 'nothing' },
    { what: 'a value that is current no more', sees: 'the first' },
  ])('on the strength of $what changes nothing', async ({ sees }) => {
    const { store, labelled } = secret()
    await store.replace(undefined, 'one')
    const first = await store.current()
    await store.replace(first, 'two')
    expect(await store.replace(sees === 'nothing' ? undefined : first, 'three')).toBe(false)
    expect([labelled('AWSCURRENT'), labelled('AWSPREVIOUS')]).toEqual([['two'], ['one']])
  })

  test('without the right to is an error', async () => {
    const { arn, versions } = secret()
    await expect(secretStore(connectWithoutRights(), arn).replace(undefined, 'one')).rejects.toThrow(
      expect.objectContaining({ name: 'AccessDeniedException' }),
    )
    expect(versions()).toBe(0)
  })
})

describe('of several at once exactly one is told that it was first, and its value is current', () => {
  const values = Array.from({ length: 10 }, (_, index) => `value ${index}`)
  test.each([{ what: 'the first value' }, { what: 'a value that all have seen' }])(
    'with $what',
    async ({ what }) => {
      const { arn, store, labelled } = secret()
      if (what !== 'the first value') await store.replace(undefined, 'before')
      const seen = await store.current()
      const won = await Promise.all(values.map((value) => secretStore(connect(), arn).replace(seen, value)))
      expect(won.filter(Boolean)).toEqual([true])
      expect(labelled('AWSCURRENT')).toEqual([values[won.indexOf(true)]])
    },
  )
})

describe('an answer that is lost changes nothing about the outcome', () => {
  test.each(['PutSecretValueCommand', 'GetSecretValueCommand'])(
    'of the first value, at %s',
    async (command) => {
      const { arn, labelled, versions } = secret()
      const client = connect()
      failAt(client, command, 'answer lost')
      expect(await secretStore(client, arn).replace(undefined, 'one')).toBe(true)
      expect([happened(), labelled('AWSCURRENT'), versions()]).toEqual([['answer lost'], ['one'], 1])
    },
  )

  test.each(['PutSecretValueCommand', 'UpdateSecretVersionStageCommand', 'GetSecretValueCommand'])(
    'of a later one, at %s',
    async (command) => {
      const { arn, store, labelled, versions } = secret()
      await store.replace(undefined, 'one')
      const client = connect()
      const seen = await store.current()
      failAt(client, command, 'answer lost')
      expect(await secretStore(client, arn).replace(seen, 'two')).toBe(true)
      expect([happened(), labelled('AWSCURRENT'), versions()]).toEqual([['answer lost'], ['two'], 2])
    },
  )

  test('where somebody else was faster', async () => {
    const { arn, store, labelled } = secret()
    await store.replace(undefined, 'one')
    const seen = await store.current()
    await store.replace(seen, 'theirs')
    const client = connect()
    failAt(client, 'UpdateSecretVersionStageCommand', 'answer lost')
    expect(await secretStore(client, arn).replace(seen, 'ours')).toBe(false)
    expect([happened(), labelled('AWSCURRENT')]).toEqual([['answer lost'], ['theirs']])
  })
})

test('several deployments at once make one signing key, and it is published', async () => {
  const [signing, verification] = [secret(), secret()]
  const run = () =>
    makeFirstKeys({
      algorithm: 'ES256',
      signingKeys: secretStore(connect(), signing.arn),
      verificationKeys: secretStore(connect(), verification.arn),
      clock: () => 0,
    })
  await Promise.all([run(), run(), run()])
  const signs = parseKeySet(signing.labelled('AWSCURRENT')[0] ?? '', 'signing-keys').keys
  const published = publishedKeys(verification.labelled('AWSCURRENT')[0] ?? '').keys
  expect(signs.length).toBe(1)
  expect(published.map(({ kid }) => kid)).toContain(signs[0]?.jwk.kid)
})
