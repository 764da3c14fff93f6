import { describe, expect, test } from 'vitest'
import { cachedReader } from '../../../shared/stores/cached-reader.ts'
import { memory } from '../../../shared/stores/memory.ts'

/** A clock that stands until it is told. */
function clock() {
  let time = 0
  const read = () => time
  return Object.assign(read, {
    to: (milliseconds: number) => {
      time = milliseconds
    },
  })
}

describe('a memory', () => {
  test('keeps a value for its lifetime, to the millisecond', () => {
    const now = clock()
    const values = memory<string>(10, now)
    values.set('a', 'x', 1000)
    now.to(999)
    expect(values.get('a')).toBe('x')
    now.to(1000)
    expect(values.get('a')).toBeUndefined()
  })
  test('forgets the oldest entry when it is full, and no other', () => {
    const values = memory<number>(2, clock())
    for (const [index, key] of ['a', 'b', 'c'].entries()) values.set(key, index, 1000)
    expect(['a', 'b', 'c'].map((key) => values.get(key))).toEqual([undefined, 1, 2])
  })
  test('counts an entry that is set again as one, and as new', () => {
    const values = memory<number>(2, clock())
    values.set('a', 1, 1000)
    values.set('b', 2, 1000)
    values.set('a', 3, 1000)
    values.set('c', 4, 1000)
    expect(['a', 'b', 'c'].map((key) => values.get(key))).toEqual([3, undefined, 4])
  })
  test('forgets nothing for an entry that is set again when it is full', () => {
    const values = memory<number>(2, clock())
    values.set('a', 1, 1000)
    values.set('b', 2, 1000)
    values.set('b', 3, 1000)
    expect(['a', 'b'].map((key) => values.get(key))).toEqual([1, 3])
  })
  test('never keeps what has no lifetime left', () => {
    const values = memory<number>(2, clock())
    values.set('a', 1, 0)
    values.set('b', 1, -5)
    expect([values.get('a'), values.get('b')]).toEqual([undefined, undefined])
  })
  test('knows no key by the name of an object member', () => {
    expect(memory<number>(2).get('constructor')).toBeUndefined()
  })
})

describe('a cached reader', () => {
  function reader(answers: Record<string, string | undefined>) {
    const asked: string[] = []
    const now = clock()
    const find = async (key: string) => {
      asked.push(key)
      return answers[key]
    }
    return { asked, now, cached: cachedReader({ find }, now) }
  }

  test.each([
    { what: 'what it found', key: 'a', value: 'x' },
    {
      what: 'equally what it did not find, which would else tell who exists',
      key: 'nobody',
      value: undefined,
    },
  ])('remembers $what, for ten seconds at most', async ({ key, value }) => {
    const { asked, now, cached } = reader({ a: 'x' })
    const first = await cached.find(key)
    now.to(9_999)
    const second = await cached.find(key)
    expect([first, second, asked]).toEqual([value, value, [key]])
    now.to(10_000)
    await cached.find(key)
    expect(asked).toEqual([key, key])
  })

  test('remembers no failure', async () => {
    let calls = 0
    const cached = cachedReader({
      find: async () => {
        calls += 1
        if (calls === 1) throw new Error('down')
        return 'x'
      },
    })
    await expect(cached.find('a')).rejects.toThrow(new Error('down'))
    expect(await cached.find('a')).toBe('x')
  })
})
