/** One execution environment of a function: a worker thread with its own credentials. */
import { randomUUID } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import type { CredentialStore, Credentials } from '../aws/credentials.ts'
import { workerEnvironment } from './environment.ts'
import type { FunctionLog } from './log.ts'
import {
  type FunctionDefinition,
  type FunctionError,
  type Invocation,
  type InvocationResult,
  payloadLimitBytes,
  type ThreadInvocation,
  type ThreadMessage,
} from './types.ts'

/** Lambda gives the module ten seconds to load. */
const initLimitMilliseconds = 10_000

export class FunctionWorker {
  readonly #definition: FunctionDefinition
  readonly #credentials: Credentials
  readonly #store: CredentialStore
  readonly #log: FunctionLog
  readonly #logStream =
    `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${randomUUID().replaceAll('-', '')}`
  readonly #thread: Worker
  readonly #ready: Promise<ThreadMessage>
  #receive: ((message: ThreadMessage) => void) | undefined
  /** Once false, the worker takes no further invocation. */
  isAlive = true

  constructor(definition: FunctionDefinition, store: CredentialStore, endpoint: string, log: FunctionLog) {
    this.#definition = definition
    this.#store = store
    this.#log = log
    this.#credentials = store.issueForFunction(definition.role, definition.name)
    this.#thread = new Worker(new URL('./runtime-thread.mjs', import.meta.url), {
      workerData: { folder: definition.folder, handler: definition.handler },
      env: workerEnvironment(definition, this.#credentials, endpoint, this.#logStream),
      argv: [],
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: definition.memoryMegabytes },
    })
    log.follow(this.#thread.stdout)
    log.follow(this.#thread.stderr)
    this.#ready = this.#nextMessage(initLimitMilliseconds, () => ({
      errorType: 'Sandbox.Timedout',
      errorMessage: 'Init timed out after 10.00 seconds',
    }))
    this.#thread.on('message', (message: ThreadMessage) => this.#receive?.(message))
    this.#thread.on('error', (error) => this.#died(describeCrash(error)))
    this.#thread.on('exit', (code) => {
      const errorMessage = `Error: Runtime exited with error: exit status ${code}`
      this.#died({ errorType: 'Runtime.ExitError', errorMessage })
    })
  }

  /** Runs one invocation; ends the worker when the function's time is up. */
  async run({ event, invokedArn, version }: Invocation): Promise<InvocationResult> {
    const requestId = randomUUID()
    const { name, timeoutSeconds, memoryMegabytes, logGroup } = this.#definition
    const initialized = await this.#ready
    if (initialized.type !== 'ready') return this.#fail(requestId, initErrorOf(initialized))

    this.#log.write(`START RequestId: ${requestId} Version: ${version}`)
    const started = performance.now()
    const answer = this.#nextMessage(timeoutSeconds * 1000, () => ({
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
    }))
    this.#thread.postMessage({
      event,
      deadline: Date.now() + timeoutSeconds * 1000,
      context: {
        awsRequestId: requestId,
        functionName: name,
        functionVersion: version,
        invokedFunctionArn: invokedArn,
        memoryLimitInMB: String(memoryMegabytes),
        logGroupName: logGroup,
        logStreamName: this.#logStream,
      },
    } satisfies ThreadInvocation)
    const message = await answer
    // What the handler wrote comes through another channel: let it arrive before the END line.
    await new Promise((resolve) => setImmediate(resolve))
    this.#log.write(`END RequestId: ${requestId}`)
    this.#log.write(`REPORT RequestId: ${requestId} Duration: ${(performance.now() - started).toFixed(2)} ms`)
    return this.#resultOf(message)
  }

  /** Ends the thread at once and takes its credentials away. */
  async end(): Promise<void> {
    this.isAlive = false
    this.#store.revoke(this.#credentials)
    await this.#thread.terminate()
  }

  #resultOf(message: ThreadMessage): InvocationResult {
    if (message.type === 'returned') {
      if (Buffer.byteLength(message.payload) <= payloadLimitBytes)
        return { kind: 'returned', payload: message.payload }
      const errorMessage = `Response payload size exceeded maximum allowed payload size (${payloadLimitBytes} bytes).`
      return {
        kind: 'failed',
        error: { errorType: 'Function.ResponseSizeTooLarge', errorMessage },
      }
    }
    const error = initErrorOf(message)
    this.#log.write(JSON.stringify(error))
    return { kind: 'failed', error }
  }

  /** A worker whose module did not load is of no use: the next invocation tries anew, as in Lambda. */
  async #fail(requestId: string, error: FunctionError): Promise<InvocationResult> {
    this.#log.write(`INIT_REPORT RequestId: ${requestId} ${JSON.stringify(error)}`)
    await this.end()
    return { kind: 'failed', error }
  }

  #nextMessage(limitMilliseconds: number, timedOut: () => FunctionError): Promise<ThreadMessage> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#receive?.({ type: 'failed', error: timedOut() })
        void this.end()
      }, limitMilliseconds)
      this.#receive = (message) => {
        clearTimeout(timer)
        this.#receive = undefined
        resolve(message)
      }
    })
  }

  #died(error: FunctionError): void {
    // Nobody waits: something failed after the answer was given.
    if (this.isAlive && !this.#receive) this.#log.write(JSON.stringify(error))
    this.isAlive = false
    this.#store.revoke(this.#credentials)
    this.#receive?.({ type: 'failed', error })
  }
}

function initErrorOf(message: ThreadMessage): FunctionError {
  if (message.type === 'failed' || message.type === 'init failed') return message.error
  return {
    errorType: 'Runtime.Unknown',
    errorMessage: 'the runtime answered out of turn',
  }
}

function describeCrash(error: unknown): FunctionError {
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  const isOutOfMemory = (error as { code?: string }).code === 'ERR_WORKER_OUT_OF_MEMORY'
  if (isOutOfMemory)
    return {
      errorType: 'Runtime.OutOfMemory',
      errorMessage: `Error: Runtime exited: ${message}`,
    }
  return { errorType: `Runtime.Unhandled${name}`, errorMessage: message }
}
