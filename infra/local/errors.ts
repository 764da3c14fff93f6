/**
 * A fault that its reader can mend: shown as one message, without a stack trace.
 *
 * Everything else that is thrown is a defect of the local stack itself and keeps its stack.
 */
export class LocalStackError extends Error {
  override readonly name = 'LocalStackError'
}

/** The message of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
