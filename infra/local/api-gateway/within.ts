/** Waiting for a function no longer than API Gateway does. */
export async function within<T>(limitMilliseconds: number, work: Promise<T>): Promise<T | 'timed out'> {
  const { promise, resolve } = Promise.withResolvers<'timed out'>()
  const timer = setTimeout(() => resolve('timed out'), limitMilliseconds)
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
    // Whoever waited is gone; the function runs on, and its late fault concerns nobody.
    work.catch(() => {})
  }
}
