/** The time that an upstream has. */
import { upstreamTooSlow } from './failures.ts'

/**
 * Does the work within the upstream's time.
 *
 * The timer ends with the work: a signal that fired later would destroy a connection that is kept for reuse.
 *
 * @throws OAuthError 504 when the time was up, whatever the work made of the signal
 */
export async function withinSeconds<Result>(
  upstream: string,
  seconds: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController()
  const { signal } = controller
  const timer = setTimeout(() => controller.abort(), seconds * 1000)
  // What does not listen to the signal must not make the caller wait either.
  const timeUp = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(upstreamTooSlow(upstream, seconds))),
  )
  try {
    return await Promise.race([work(signal), timeUp])
  } catch (error) {
    throw signal.aborted ? upstreamTooSlow(upstream, seconds) : error
  } finally {
    clearTimeout(timer)
  }
}
