/** The folder in which a configuration's data rests, held by one stack at a time. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LocalStackError } from '../errors.ts'

export type DataFolder = {
  readonly path: string
  readonly dynamodb: string
  readonly secrets: string
  readonly apiKeys: string
  readonly ciKeys: string
  readonly customResources: string
  readonly demo: string
  readonly logs: string
  readonly assembly: string
  release(): void
}

/** Folders that stacks of this very process hold: tests run several. */
const heldHere = new Set<string>()

/**
 * Takes a data folder; with `fresh`, empties it first.
 *
 * @throws LocalStackError when another stack holds it.
 */
export function openDataFolder(path: string, fresh: boolean): DataFolder {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const lock = join(path, 'lock')
  takeLock(path, lock)
  if (fresh) {
    for (const entry of readdirSync(path))
      if (entry !== 'lock') rmSync(join(path, entry), { recursive: true })
  }
  const logs = join(path, 'logs')
  mkdirSync(logs, { recursive: true, mode: 0o700 })
  return {
    path,
    dynamodb: join(path, 'dynamodb'),
    secrets: join(path, 'secrets.json'),
    apiKeys: join(path, 'api-keys.json'),
    ciKeys: join(path, 'ci-keys.json'),
    customResources: join(path, 'custom-resources.json'),
    demo: join(path, 'demo.json'),
    logs,
    assembly: join(path, 'assembly'),
    release() {
      heldHere.delete(path)
      // Not one that somebody else has taken since, after the folder was removed by hand.
      if (existsSync(lock) && readFileSync(lock, 'utf8') === ownMark()) rmSync(lock)
    },
  }
}

/** A lock that a killed process left behind is taken over: its process id, with its start, is gone. */
function takeLock(path: string, lock: string): void {
  const own = ownMark()
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      writeFileSync(lock, own, { flag: 'wx', mode: 0o600 })
      heldHere.add(path)
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = readFileSync(lock, 'utf8')
    const isHeld = holder === own ? heldHere.has(path) : isRunning(holder)
    if (isHeld) break
    rmSync(lock, { force: true })
  }
  const holder = existsSync(lock) ? readFileSync(lock, 'utf8').split(' ')[0] : ''
  throw new LocalStackError(`${path} is in use by another local stack (process ${holder})`)
}

/** What a lock of this process says: its id, and when it started. */
function ownMark(): string {
  return `${process.pid} ${startOf(process.pid)}\n`
}

function isRunning(holder: string): boolean {
  const [pid = '', start = ''] = holder.trim().split(' ')
  try {
    process.kill(Number(pid), 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return startOf(Number(pid)) === start
}

/** When a process started, where the system tells; so that a process id that was given anew is not mistaken. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}
