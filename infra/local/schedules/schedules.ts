/** Scheduled rules: once a minute, those that are due invoke their targets. */
import { randomUUID } from 'node:crypto'
import { LocalStackError, messageOf } from '../errors.ts'
import type { LambdaPermissions } from '../iam/lambda-permissions.ts'
import { account, region } from '../identity.ts'
import type { Functions } from '../lambda/functions.ts'
import type { Schedule } from './expression.ts'

export type ScheduledTarget = {
  readonly ruleArn: string
  readonly functionArn: string
  readonly schedule: Schedule
  /** JSON text that the function gets in place of EventBridge's own event. */
  readonly input?: string
}

const minute = 60_000

export class Schedules {
  readonly #targets: ScheduledTarget[] = []
  readonly #functions: Functions
  readonly #permissions: LambdaPermissions
  readonly #report: (line: string) => void
  #timer: NodeJS.Timeout | undefined

  constructor(functions: Functions, permissions: LambdaPermissions, report: (line: string) => void) {
    this.#functions = functions
    this.#permissions = permissions
    this.#report = report
  }

  add(target: ScheduledTarget): void {
    this.#targets.push(target)
  }

  /**
   * Starts the clock.
   *
   * @throws LocalStackError when a rule may not invoke its target: in AWS it would fail silently every time.
   */
  start(): void {
    for (const { ruleArn, functionArn } of this.#targets) {
      if (this.#permissions.allow(functionArn, 'events.amazonaws.com', ruleArn)) continue
      throw new LocalStackError(`${ruleArn} may not invoke ${functionArn}: no Lambda permission allows it`)
    }
    const startedAt = new Date()
    this.#timer = setInterval(() => void this.#tick(new Date(), startedAt), minute)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async #tick(now: Date, startedAt: Date): Promise<void> {
    const due = this.#targets.filter(({ schedule }) => schedule(now, startedAt))
    await Promise.all(due.map((target) => this.#fire(target, now)))
  }

  async #fire({ ruleArn, functionArn, input }: ScheduledTarget, now: Date): Promise<void> {
    try {
      const target = this.#functions.target(functionArn)
      const result = await this.#functions.invoke(target, input ?? scheduledEvent(ruleArn, now))
      if (result.kind === 'failed') this.#report(`${ruleArn}: ${result.error.errorMessage}`)
    } catch (error) {
      this.#report(`${ruleArn}: ${messageOf(error)}`)
    }
  }
}

function scheduledEvent(ruleArn: string, now: Date): string {
  return JSON.stringify({
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account,
    time: now.toISOString().replace(/\.\d+Z$/, 'Z'),
    region,
    resources: [ruleArn],
    detail: {},
  })
}
