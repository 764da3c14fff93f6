import { describe, expect, test } from 'vitest'
import { isProfileName } from '../../../shared/vending/profiles/name.ts'

describe('a profile’s name', () => {
  test.each([
    ['is one character', 'a'],
    ['has 100 characters', 'a'.repeat(100)],
    ['has 100 characters of two units each', '🧵'.repeat(100)],
    ['has characters of any script', 'größe-絹'],
    ['has one for private use', 'a\uE000'],
  ])('%s', (_, name) => {
    expect(isProfileName(name)).toBe(true)
  })

  test.each([
    ['empty', ''],
    ['of 101 characters', 'a'.repeat(101)],
    ['of 101 characters of two units each', '🧵'.repeat(101)],
    ['with a colon, as a prefix has', 'org:a'],
    ['with a space', 'a b'],
    ['with a line end', 'a\n'],
    ['with a line separator', 'a\u2028b'],
    ['with a control character', 'a\u0000'],
    ['with a joiner, which nobody sees', 'a\u200Db'],
    ['with half a surrogate pair', 'a\uD83E'],
  ])('is not one %s', (_, name) => {
    expect(isProfileName(name)).toBe(false)
  })
})
