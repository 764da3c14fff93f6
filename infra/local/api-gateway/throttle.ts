/** Token buckets: a stage's rate and burst for each method, and a usage plan's for each API key. */
import type { MethodSetting, Route } from './types.ts'

type Bucket = { tokens: number; updatedAt: number }

export class TokenBuckets {
  readonly #buckets = new Map<string, Bucket>()
  readonly #now: () => number

  /** @param now in milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Takes a token of the bucket of that name; false when there is none. */
  take(name: string, ratePerSecond: number, burst: number): boolean {
    const now = this.#now()
    const bucket = this.#buckets.get(name) ?? { tokens: burst, updatedAt: now }
    this.#buckets.set(name, bucket)
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.updatedAt) / 1000) * ratePerSecond)
    bucket.updatedAt = now
    if (bucket.tokens < 1) return false
    bucket.tokens -= 1
    return true
  }
}

export class Throttle {
  readonly #settings: readonly MethodSetting[]
  readonly #buckets: TokenBuckets

  /** @param now in milliseconds */
  constructor(settings: readonly MethodSetting[], now?: () => number) {
    this.#settings = settings
    this.#buckets = new TokenBuckets(now)
  }

  /** Takes a token of the route's bucket; false when there is none. */
  admits(route: Route): boolean {
    const { ratePerSecond, burst } = this.#settingOf(route)
    if (ratePerSecond === undefined || burst === undefined) return true
    return this.#buckets.take(`${route.method.httpMethod} ${route.resourcePath}`, ratePerSecond, burst)
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
