import { describe, expect, test } from 'vitest'
import { parseSchedule } from '../../infra/local/schedules/expression.ts'

const startedAt = new Date('2026-03-01T00:00:30Z')
const fires = (expression: string, time: string) =>
  parseSchedule(expression, 'Rule')(new Date(time), startedAt)

describe('a schedule fires', () => {
  const cases: readonly [string, string, boolean][] = [
    ['rate(5 minutes)', '2026-03-01T00:05:29Z', true],
    ['rate(5 minutes)', '2026-03-01T00:06:29Z', false],
    ['rate(1 hour)', '2026-03-01T01:00:00Z', true],
    ['rate(1 day)', '2026-03-01T00:00:59Z', false],
    ['rate(1 day)', '2026-03-02T00:00:59Z', true],
    ['cron(30 2 * * ? *)', '2026-03-05T02:30:00Z', true],
    ['cron(30 2 * * ? *)', '2026-03-05T02:31:00Z', false],
    ['cron(0/15 * * * ? *)', '2026-03-05T07:45:00Z', true],
    ['cron(0/15 * * * ? *)', '2026-03-05T07:46:00Z', false],
    ['cron(0 8-10 1,15 * ? *)', '2026-03-15T09:00:00Z', true],
    ['cron(0 8-10 1,15 * ? *)', '2026-03-14T09:00:00Z', false],
    ['cron(0 0 ? * 1 *)', '2026-03-01T00:00:00Z', true],
  ]
  test.each(cases)('%s at %s: %s', (expression, time, expected) => {
    expect(fires(expression, time)).toBe(expected)
  })
})

test.each([
  'rate(1 week)',
  'at(2026-01-01T00:00:00)',
  'cron(0 0 * *)',
  'cron(0 0 L * ? *)',
  'cron(0 0 ? * MON *)',
])('%s stops the start', (expression) => {
  expect(() => parseSchedule(expression, 'Rule')).toThrow(
    `Rule: the local stack cannot follow the schedule ${expression}`,
  )
})
