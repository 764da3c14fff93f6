/** Scripts of the project, each run in a Node of its own that gives all memory back when it ends. */
import { spawn } from 'node:child_process'
import { LocalStackError } from '../errors.ts'
import { projectRoot } from './paths.ts'

/**
 * Runs a script to its end.
 *
 * @param environment on top of what the script needs of this process's own
 * @returns what it printed on standard output
 * @throws LocalStackError with the script's own words when it fails.
 */
export function runScript(
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { PATH = '', HOME = '', TMPDIR } = process.env
  const child = spawn(process.execPath, [script, ...args], {
    cwd: projectRoot,
    // Nothing else of this process: neither its options nor credentials of a real account.
    env: { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output: Buffer[] = []
  const faults: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => faults.push(chunk))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      const told = Buffer.concat(output).toString('utf8')
      if (code === 0) return resolve(told)
      const words = Buffer.concat(faults).toString('utf8').trim() || told.trim()
      reject(new LocalStackError(words || `${script} ended with exit code ${code}`))
    })
  })
}
