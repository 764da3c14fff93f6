import { describe, expect, test } from 'vitest'
import { cachedSecret, SecretMissing } from '../../../shared/stores/cached-secret.ts'

const MINUTE = 60_000

/** A secret whose value, failure and clock are in hand. */
function secret(parse = (text: string) => text.toUpperCase()) {
  const state = { value: 'first' as string | undefined, failing: false, now: 0, reads: 0 }
  const store = {
    current: async () => {
      state.reads += 1
      if (state.failing) throw new Error('Secrets Manager is down')
      return state.value === undefined ? undefined : { versionId: 'v', value: state.value }
    },
  }
  return { state, get: cachedSecret(store, 'signing-keys', parse, () => state.now) }
}

describe('a cached secret', () => {
  test('is read once in five minutes', async () => {
    const { state, get } = secret()
    const values = [await get()]
    state.value = 'second'
    state.now = 5 * MINUTE - 1
    values.push(await get())
    state.now = 5 * MINUTE
    values.push(await get())
    expect([values, state.reads]).toEqual([['FIRST', 'FIRST', 'SECOND'], 2])
  })

  test('goes on for an hour while Secrets Manager fails, asked again every half minute', async () => {
    const { state, get } = secret()
    await get()
    state.failing = true
    state.now = 5 * MINUTE
    expect([await get(), await get(), state.reads]).toEqual(['FIRST', 'FIRST', 2])
    state.now += MINUTE / 2 - 1
    expect([await get(), state.reads]).toEqual(['FIRST', 2])
    state.now += 1
    expect([await get(), state.reads]).toEqual(['FIRST', 3])
    state.now = 60 * MINUTE
    await expect(get()).rejects.toThrow(new Error('Secrets Manager is down'))
  })

  test('is fresh again as soon as Secrets Manager answers', async () => {
    const { state, get } = secret()
    await get()
    state.failing = true
    state.now = 5 * MINUTE
    await get()
    Object.assign(state, { failing: false, value: 'second', now: 5.5 * MINUTE })
    expect(await get()).toBe('SECOND')
  })

  test('that has no value yet is asked for every time', async () => {
    const { state, get } = secret()
    state.value = undefined
    await expect(get()).rejects.toThrow(new SecretMissing('signing-keys'))
    await expect(get()).rejects.toThrow(
      expect.objectContaining({ name: 'SecretMissing', message: 'the secret signing-keys has no value yet' }),
    )
    state.value = 'first'
    expect([await get(), state.reads]).toEqual(['FIRST', 3])
  })

  test('with a value that is no good is not remembered, and does not replace one that is', async () => {
    const { state, get } = secret((text) => {
      if (text === 'bad') throw new Error('the secret signing-keys does not hold a key set')
      return text
    })
    state.value = 'bad'
    await expect(get()).rejects.toThrow(new Error('the secret signing-keys does not hold a key set'))
    state.value = 'good'
    expect(await get()).toBe('good')
    Object.assign(state, { value: 'bad', now: 5 * MINUTE })
    expect(await get()).toBe('good')
  })
})
