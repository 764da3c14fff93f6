/** Errors that an AWS service answers with, by the name that the SDK turns into an exception class. */
export class AwsError extends Error {
  /** Such as `ResourceNotFoundException`. */
  readonly code: string
  readonly status: number

  constructor(code: string, message: string, status = 400) {
    super(message)
    this.name = 'AwsError'
    this.code = code
    this.status = status
  }
}
