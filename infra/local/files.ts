/** File writes that a `kill -9` cannot tear. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { type Json, parseJson } from './json.ts'

/**
 * Replaces a file as a whole, readable by its owner only (secrets and demo passwords rest in these files).
 *
 * The new text is on the disk before it takes the old one's name, so that a reader finds one or the other.
 */
export function writeFileAtomically(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`
  const descriptor = openSync(temporary, 'w', 0o600)
  try {
    writeSync(descriptor, text)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(temporary, file)
}

/** The JSON in a file; `undefined` when there is no such file or it holds no JSON. */
export function readJsonFile(file: string): Json | undefined {
  try {
    return parseJson(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
