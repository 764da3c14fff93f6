/** A fault that is shown to the person on a page, since there is nowhere to send them. */

export interface PageErrorOptions {
  /** For the log alone. */
  readonly reason?: string
  /** For the log alone: what was thrown, of a failure of ours. */
  readonly cause?: unknown
  /** For the developer of the app that sent the person here: an OAuth error code and what is wrong. */
  readonly detail?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Where the person can try again, on this site. */
  readonly retry?: string
}

export class PageError extends Error {
  readonly status: number
  readonly title: string
  /** What happened and what to do now, in a sentence or two. */
  readonly text: string
  readonly reason: string
  readonly detail: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly retry: string | undefined

  constructor(status: number, title: string, text: string, options: PageErrorOptions = {}) {
    const reason = options.reason ?? options.detail ?? title
    super(reason, { cause: options.cause })
    this.name = 'PageError'
    this.status = status
    this.title = title
    this.text = text
    this.reason = reason
    this.detail = options.detail
    this.headers = options.headers ?? {}
    this.retry = options.retry
  }
}

/** A form that was not ours, or not this browser's, or is too old. */
export function forgedForm(reason: string): PageError {
  return new PageError(
    403,
    'Please try again',
    'This page was open for too long, or your browser blocks cookies. Go back, reload the page and try again.',
    { reason },
  )
}
