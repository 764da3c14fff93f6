/** Schedule expressions of EventBridge: `rate(…)` and `cron(…)`, in UTC. */
import { LocalStackError } from '../errors.ts'

/** Says for each whole minute whether the schedule fires in it, given the minute it was started in. */
export type Schedule = (minute: Date, startedAt: Date) => boolean

const minutesPerUnit: Readonly<Record<string, number>> = { minute: 1, hour: 60, day: 1440 }
const millisecondsPerMinute = 60_000

/** @throws LocalStackError for an expression that the local stack cannot follow. */
export function parseSchedule(expression: string, where: string): Schedule {
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression)
  if (rate) return everyMinutes(Number(rate[1]) * (minutesPerUnit[rate[2] ?? ''] ?? 1))
  const cron = /^cron\((.*)\)$/.exec(expression)?.[1]?.trim().split(/\s+/)
  if (cron?.length === 6) return cronSchedule(cron, expression, where)
  throw new LocalStackError(`${where}: the local stack cannot follow the schedule ${expression}`)
}

function everyMinutes(interval: number): Schedule {
  return (minute, startedAt) => {
    const elapsed =
      Math.floor(minute.getTime() / millisecondsPerMinute) -
      Math.floor(startedAt.getTime() / millisecondsPerMinute)
    return elapsed > 0 && elapsed % interval === 0
  }
}

function cronSchedule(fields: readonly string[], expression: string, where: string): Schedule {
  const values = [
    (time: Date) => time.getUTCMinutes(),
    (time: Date) => time.getUTCHours(),
    (time: Date) => time.getUTCDate(),
    (time: Date) => time.getUTCMonth() + 1,
    (time: Date) => time.getUTCDay() + 1,
    (time: Date) => time.getUTCFullYear(),
  ]
  const tests = fields.map((field) => fieldTest(field, expression, where))
  return (minute) => tests.every((test, index) => test(values[index]?.(minute) ?? 0))
}

/** `*`, `?`, `5`, `1-5`, `0/15` and lists of them. */
function fieldTest(field: string, expression: string, where: string): (value: number) => boolean {
  if (field === '*' || field === '?') return () => true
  const tests = field.split(',').map((part) => {
    const [, from = '', to, step] = /^(\d+|\*)(?:-(\d+))?(?:\/(\d+))?$/.exec(part) ?? []
    if (from === '')
      throw new LocalStackError(`${where}: the local stack cannot follow the schedule ${expression}`)
    const first = from === '*' ? 0 : Number(from)
    const last = to !== undefined ? Number(to) : step !== undefined ? Number.POSITIVE_INFINITY : first
    return (value: number) => value >= first && value <= last && (value - first) % Number(step ?? 1) === 0
  })
  return (value) => tests.some((test) => test(value))
}
