/** A fault of the command line or its files, which its reader can mend: the message alone is shown. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}
