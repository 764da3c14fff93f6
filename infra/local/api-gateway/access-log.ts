/** The stage's access log, in the format that the template sets. */
import { createWriteStream, type WriteStream } from 'node:fs'
import { type RequestVariables, substituteVariables } from './context.ts'

export class AccessLog {
  readonly #stream: WriteStream

  constructor(file: string) {
    this.#stream = createWriteStream(file, { flags: 'a', mode: 0o600 })
  }

  /** One line; what is not known of the request is a dash, as API Gateway writes it. */
  write(format: string, variables: RequestVariables): void {
    this.#stream.write(`${substituteVariables(format, variables, '-')}\n`)
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#stream.end(() => resolve()))
  }
}
