import { readFileSync } from 'node:fs'
import { CommandError } from './command-error.ts'

/** The text of a file that the command line names; throws CommandError when it cannot be read. */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new CommandError(`${file} cannot be read`)
  }
}
