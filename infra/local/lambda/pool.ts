/**
 * The workers of one function.
 *
 * They start when they are needed and retire after a minute without work. Where Lambda would start ever
 * more of them, further invocations wait here: a computer has only so much memory.
 */
import { AwsError } from '../aws/errors.ts'
import type { FunctionDefinition, Invocation, InvocationResult } from './types.ts'
import type { FunctionWorker } from './worker.ts'

const maximumWorkers = 4
const retireAfterMilliseconds = 60_000

export class FunctionPool {
  readonly definition: FunctionDefinition
  readonly #startWorker: () => FunctionWorker
  readonly #limit: number
  readonly #workers = new Set<FunctionWorker>()
  /** The worker that was used last comes last, and is used next: so the others can retire. */
  readonly #idle: {
    readonly worker: FunctionWorker
    readonly retirement: NodeJS.Timeout
  }[] = []
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(definition: FunctionDefinition, startWorker: () => FunctionWorker) {
    this.definition = definition
    this.#startWorker = startWorker
    this.#limit = Math.min(maximumWorkers, definition.reservedConcurrency ?? maximumWorkers)
  }

  /**
   * Runs an invocation as soon as a worker is free.
   *
   * @throws AwsError TooManyRequestsException when the function's reserved concurrency is used up.
   */
  async invoke(invocation: Invocation): Promise<InvocationResult> {
    const { reservedConcurrency } = this.definition
    if (reservedConcurrency !== undefined && this.#running >= reservedConcurrency) {
      throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429)
    }
    this.#running += 1
    try {
      const worker = await this.#acquire()
      const result = await worker.run(invocation)
      this.#release(worker)
      return result
    } finally {
      this.#running -= 1
      this.#waiting.shift()?.()
    }
  }

  async close(): Promise<void> {
    for (const { retirement } of this.#idle) clearTimeout(retirement)
    await Promise.all([...this.#workers].map((worker) => worker.end()))
  }

  async #acquire(): Promise<FunctionWorker> {
    for (;;) {
      const free = this.#idle.pop()
      if (free) clearTimeout(free.retirement)
      if (free?.worker.isAlive) return free.worker
      if (free) this.#workers.delete(free.worker)
      else if (this.#workers.size < this.#limit) {
        const worker = this.#startWorker()
        this.#workers.add(worker)
        return worker
      } else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  #release(worker: FunctionWorker): void {
    if (!worker.isAlive) {
      this.#workers.delete(worker)
      return
    }
    const retirement = setTimeout(() => void this.#retire(worker), retireAfterMilliseconds)
    retirement.unref()
    this.#idle.push({ worker, retirement })
  }

  async #retire(worker: FunctionWorker): Promise<void> {
    const position = this.#idle.findIndex((entry) => entry.worker === worker)
    if (position < 0) return
    this.#idle.splice(position, 1)
    this.#workers.delete(worker)
    await worker.end()
  }
}
