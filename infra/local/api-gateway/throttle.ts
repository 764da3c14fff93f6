/** Token buckets: a stage's rate and burst, which API Gateway applies to each method. */
import type { MethodSetting, Route } from './types.ts'

type Bucket = { tokens: number; updatedAt: number }

export class Throttle {
  readonly #settings: readonly MethodSetting[]
  readonly #buckets = new Map<string, Bucket>()
  readonly #now: () => number

  /** @param now in milliseconds */
  constructor(settings: readonly MethodSetting[], now: () => number = () => performance.now()) {
    this.#settings = settings
    this.#now = now
  }

  /** Takes a token of the route's bucket; false when there is none. */
  admits(route: Route): boolean {
    const { ratePerSecond, burst } = this.#settingOf(route)
    if (ratePerSecond === undefined || burst === undefined) return true
    const key = `${route.method.httpMethod} ${route.resourcePath}`
    const now = this.#now()
    const bucket = this.#buckets.get(key) ?? { tokens: burst, updatedAt: now }
    this.#buckets.set(key, bucket)
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.updatedAt) / 1000) * ratePerSecond)
    bucket.updatedAt = now
    if (bucket.tokens < 1) return false
    bucket.tokens -= 1
    return true
  }

  /** A setting of the method itself comes before one for all. */
  #settingOf(route: Route): {
    readonly ratePerSecond?: number
    readonly burst?: number
  } {
    const path = `/${route.resourcePath.slice(1).replaceAll('/', '~1')}`
    const fitting = this.#settings.filter(
      ({ resourcePath, httpMethod }) =>
        (resourcePath === '/*' || resourcePath === path || resourcePath === `/~1${path.slice(1)}`) &&
        (httpMethod === '*' || httpMethod === route.method.httpMethod),
    )
    return fitting.find(({ resourcePath }) => resourcePath !== '/*') ?? fitting[0] ?? {}
  }
}
