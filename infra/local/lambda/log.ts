/** What a function writes: kept in a file, the last lines also in memory, errors told on the terminal. */
import { createWriteStream, rmSync, statSync, type WriteStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { isObject, parseJson } from '../json.ts'

const rememberedLines = 2_000
const maximumFileBytes = 10 * 1024 * 1024

export class FunctionLog {
  readonly #functionName: string
  readonly #stream: WriteStream
  readonly #lines: string[] = []
  readonly #report: (line: string) => void

  /** @param report is told each ERROR line in short. */
  constructor(functionName: string, file: string, report: (line: string) => void) {
    this.#functionName = functionName
    this.#report = report
    // A file that has grown large starts anew: it serves the person at the keyboard, not an archive.
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > maximumFileBytes) rmSync(file)
    this.#stream = createWriteStream(file, { flags: 'a', mode: 0o600 })
  }

  write(line: string): void {
    this.#stream.write(`${line}\n`)
    this.#lines.push(line)
    if (this.#lines.length > rememberedLines) this.#lines.shift()
  }

  /** Takes over a worker's output, line by line. */
  follow(output: Readable): void {
    let rest = ''
    output.setEncoding('utf8')
    output.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) this.#take(line)
    })
    output.on('end', () => {
      if (rest !== '') this.#take(rest)
      rest = ''
    })
  }

  /** The last lines, oldest first. */
  lines(): readonly string[] {
    return [...this.#lines]
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#stream.end(() => resolve()))
  }

  #take(line: string): void {
    this.write(line)
    const entry = line.startsWith('{') ? parseJson(line) : undefined
    if (isObject(entry) && entry.level === 'ERROR')
      this.#report(`${this.#functionName}: ${String(entry.message ?? line)}`)
  }
}
