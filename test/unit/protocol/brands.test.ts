import { expect, test } from 'vitest'
import { after, epochSeconds, fromMilliseconds, seconds } from '../../../shared/protocol/brands.ts'

test.each([
  { milliseconds: 0, expected: 0 },
  { milliseconds: 999, expected: 0 },
  { milliseconds: 1000, expected: 1 },
  { milliseconds: 1_700_000_000_999, expected: 1_700_000_000 },
])('$milliseconds ms are second $expected: a point in time is whole (RFC 7519 §2)', (row) => {
  expect(fromMilliseconds(row.milliseconds)).toBe(row.expected)
})

test('a duration later', () => {
  expect(after(epochSeconds(100), seconds(60))).toBe(160)
})
