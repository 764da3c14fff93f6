/** The time that a request has, whatever hangs. */
import { within } from '../../shared/vending/within.ts'

/** For the whole of a request; API Gateway waits 29 s, and a CI job less gladly. */
export const REQUEST_MILLISECONDS = 10_000
/** What minds the deadline fails by itself, and says why; this much later, what does not mind it is left behind. */
const GRACE_MILLISECONDS = 500

/**
 * What the work comes to within a request's time.
 *
 * Should what is left behind go on some day, it finds its deadline gone. A lease that it holds ends by itself: it
 * lasts no longer than a request may.
 *
 * @throws Error when the time is up
 */
export function withinRequest<Result>(work: Promise<Result>): Promise<Result> {
  const late = () => new Error('the time of the request was up')
  return within(REQUEST_MILLISECONDS + GRACE_MILLISECONDS, work, late)
}
