/** The time that a request has, whatever hangs. */

/** For the whole of a request; API Gateway waits 29 s, and a CI job less gladly. */
export const REQUEST_MILLISECONDS = 10_000
/** What minds the deadline fails by itself, and says why; this much later, what does not mind it is left behind. */
const GRACE_MILLISECONDS = 500

/**
 * What the work comes to within a request's time.
 *
 * Lambda freezes what is left behind together with the answer; should it go on some day, it finds its deadline
 * gone. A lease that it holds ends by itself: it lasts no longer than a request may.
 *
 * @throws Error when the time is up
 */
export async function withinRequest<Result>(work: Promise<Result>): Promise<Result> {
  const { promise: timeUp, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new Error('the time of the request was up')),
    REQUEST_MILLISECONDS + GRACE_MILLISECONDS,
  )
  try {
    return await Promise.race([work, timeUp])
  } finally {
    clearTimeout(timer)
  }
}
