import { beforeEach, type MockInstance, vi } from 'vitest'
import { log } from '../../shared/http/log.ts'
import type { AuditRecord } from '../../shared/vending/audit.ts'

/**
 * Makes the log write while a file's tests run, and catches all that goes to standard output and error.
 *
 * @returns the lines of the running test: as text, and as the facts they tell
 */
export function captureLog() {
  let streams: MockInstance<typeof process.stdout.write>[] = []
  beforeEach(() => {
    log.setLogLevel('INFO')
    streams = [process.stdout, process.stderr].map((stream) =>
      vi.spyOn(stream, 'write').mockReturnValue(true),
    )
  })
  const text = () => streams.flatMap(({ mock }) => mock.calls.map(([chunk]) => String(chunk))).join('')
  return {
    text,
    /** Of each line its level, message and what else the code said; not what the logger adds of itself. */
    facts: () =>
      text()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => {
          const { level, message, error, status, reason, client_id, grant_type, scope, expires_in } =
            JSON.parse(line)
          return { level, message, error, status, reason, client_id, grant_type, scope, expires_in }
        }),
  }
}

/** The audit records among the lines of a log. */
export function auditsOf(text: string): readonly AuditRecord[] {
  return text
    .split('\n')
    .filter((line) => line.includes('"audit"'))
    .map((line) => JSON.parse(line).audit)
}
