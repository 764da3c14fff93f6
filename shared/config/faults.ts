/** Faults of a file that a person has written: all of them together, each with its place. */
import * as v from 'valibot'

/** One fault: where it is, and what was expected there. */
export interface Fault {
  /** Dotted path into the file, such as `grants.client_credentials.accessTokenTtlSeconds`. */
  readonly path: string
  readonly expected: string
}

/** A file that cannot be used; the message lists every fault, one a line. */
export class FaultyFile extends Error {
  readonly faults: readonly Fault[]

  constructor(source: string, faults: readonly Fault[]) {
    const lines = faults.map(({ path, expected }) => `  ${path || '(the whole file)'}: expected ${expected}`)
    super(`${source}: ${faults.length === 1 ? 'one fault' : `${faults.length} faults`}\n${lines.join('\n')}`)
    this.name = 'FaultyFile'
    this.faults = faults
  }
}

/** The faults that a schema found; what was there instead is told unless it is a secret. */
export function toFaults(issues: readonly v.BaseIssue<unknown>[]): Fault[] {
  return issues.map((issue) => ({
    path: v.getDotPath(issue) ?? '',
    expected: expectation(issue),
  }))
}

/** Our own messages say what was expected; what valibot says by itself (keys, missing fields) is put likewise. */
function expectation(issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'strict_object' && issue.expected === 'never')
    return 'no such setting; is it misspelled?'
  if (issue.type === 'strict_object' && issue.received === 'undefined')
    return 'this setting, which is missing'
  if (issue.type === 'strict_object') return 'a group of settings'
  const isSecret = /secret|password/i.test(v.getDotPath(issue) ?? '')
  return isSecret ? issue.message : `${issue.message}, but got ${issue.received}`
}
