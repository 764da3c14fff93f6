/** The local stack as a newcomer starts it: a process of its own, on a free port, with data in a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface RunningStack {
  /** What the `ready` line says. */
  readonly url: string
  readonly process: ChildProcess
  /** Where its data rests; another stack may be started on it when this one has ended. */
  readonly directory: string
  /** Everything it has printed so far. */
  output(): string
  /** `.local/demo.json`. */
  demo(): DemoData
  /** Asks it to end, as Ctrl-C does, and gives its exit code. */
  stop(): Promise<number | null>
}

export interface DemoData {
  readonly accounts: readonly { readonly id: string; readonly tier?: string }[]
  readonly clients: readonly DemoClient[]
}

export interface DemoClient {
  readonly client_id: string
  readonly client_secret: string
  readonly scope: string
}

const root = new URL('../..', import.meta.url).pathname
const READY_WITHIN_MILLISECONDS = 100_000

/** A new empty folder for a stack's data; it goes with the temporary folder of the tests. */
export function dataDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'scrip-test-'))
}

/** Starts the local stack without waiting for it. */
export function spawnStack(environment: Record<string, string>, directory = dataDirectory()) {
  const { PATH, HOME } = process.env
  const child = spawn(process.execPath, ['infra/local/main.ts'], {
    cwd: root,
    env: { PATH, HOME, PORT: '0', LOCAL_DIR: directory, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  return { child, directory, ended, output: () => printed }
}

/**
 * Starts the local stack and waits until it serves.
 *
 * @param environment the settings that a person would put before `npm start`
 * @param directory where its data rests; a new folder unless an earlier stack's is given
 */
export async function startStack(
  environment: Record<string, string>,
  directory?: string,
): Promise<RunningStack> {
  const { child, ended, output, directory: data } = spawnStack(environment, directory)
  const url = await waitUntilReady(child, ended, output)
  return {
    url,
    process: child,
    directory: data,
    output,
    demo: () => JSON.parse(readFileSync(join(data, 'demo.json'), 'utf8')) as DemoData,
    async stop() {
      child.kill('SIGINT')
      return ended
    },
  }
}

async function waitUntilReady(
  child: ChildProcess,
  ended: Promise<unknown>,
  output: () => string,
): Promise<string> {
  const ready = new Promise<string>((resolve) => {
    const look = () => {
      const url = /^ready (\S+)$/m.exec(output())?.[1]
      if (url !== undefined) resolve(url)
    }
    child.stdout?.on('data', look)
  })
  const timeout = AbortSignal.timeout(READY_WITHIN_MILLISECONDS)
  const failed = new Promise<never>((_, reject) => {
    ended.then(() => reject(new Error(`the local stack ended:\n${output()}`)))
    timeout.addEventListener('abort', () => {
      child.kill('SIGKILL')
      reject(new Error(`the local stack was not ready in time:\n${output()}`))
    })
  })
  return Promise.race([ready, failed])
}
