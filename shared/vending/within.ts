/**
 * What the work comes to within a time, whatever hangs in it.
 *
 * The timer ends with the work. What is left behind goes on unheard: Lambda freezes it with the answer.
 *
 * @param late what to throw when the time is up
 */
export async function within<Result>(
  milliseconds: number,
  work: Promise<Result>,
  late: () => Error,
): Promise<Result> {
  const { promise: timeUp, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(late()), milliseconds)
  try {
    return await Promise.race([work, timeUp])
  } finally {
    clearTimeout(timer)
  }
}
