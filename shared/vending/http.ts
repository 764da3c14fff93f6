/** Calls to the REST APIs of GitHub and Buildkite: within a deadline, of bounded size, at most tried twice. */
import { isLoopbackHost } from '../protocol/loopback.ts'
import { type Exchange, ExchangeFailure, type Incoming, type Outgoing } from './exchange.ts'
import { isObject, type JsonObject } from './json.ts'
import { type FailureKind, ServiceFailure, type ServiceName } from './service-failure.ts'

/** When the whole request has to be over: milliseconds since 1970, by the same clock as everything else. */
export type Deadline = number

export interface Time {
  readonly now: () => number
  readonly sleep: (milliseconds: number) => Promise<void>
}

export interface ServiceOptions {
  readonly service: ServiceName
  /** Base URL without trailing slash: `https://api.github.com`, `https://github.example.com/api/v3`. */
  readonly apiUrl: string
  /** Whether plain http to this machine is taken: on the local stack alone. */
  readonly loopback: boolean
  /** Sent with every call. */
  readonly headers: Readonly<Record<string, string>>
  readonly exchange: Exchange
  readonly time: Time
}

export interface ServiceCall {
  readonly method: Outgoing['method']
  /** Below the base URL; each part of it that comes from elsewhere is made by `segment`. */
  readonly path: string
  readonly authorization: string
  readonly accept: string
  readonly body?: unknown
  /** Bytes of the answer; 1 MB unless told. */
  readonly limitBytes?: number
  /** Milliseconds for one try; 4,000 unless told. */
  readonly timeoutMilliseconds?: number
}

export interface ServiceAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/**
 * Makes a call.
 *
 * @returns an answer of status 2xx or 404; a 404 means one thing here and another there
 * @throws ServiceFailure for every other answer, and for none
 */
export type Service = (call: ServiceCall, deadline: Deadline) => Promise<ServiceAnswer>

const LIMIT_BYTES = 1_048_576
const TRY_MILLISECONDS = 4_000
/** What a second try must have left to be worth its while. */
const LEAST_MILLISECONDS = 300
const PAUSE_MILLISECONDS = 200
/** A service that asks for a longer pause is not asked again within this request. */
const LONGEST_PAUSE_SECONDS = 2

/**
 * @throws Error for a base URL that is neither https nor, on the local stack, http on this machine: the
 *   credentials that go with every call must not travel in the clear
 */
export function restService({ service, apiUrl, loopback, headers, exchange, time }: ServiceOptions): Service {
  const { protocol, host } = new URL(apiUrl)
  if (protocol !== 'https:' && !(protocol === 'http:' && loopback && isLoopbackHost(host)))
    throw new Error(`the base URL of ${service} must be https`)

  return async (call, deadline) => {
    let failure: Failing | undefined
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      if (failure) await time.sleep(failure.pauseMilliseconds)
      const left = deadline - time.now()
      const outcome = left > 0 ? await tryOnce(call, left) : notEnoughTime(service)
      if (!('reason' in outcome)) return outcome
      failure = outcome
      const isWorthIt = deadline - time.now() - failure.pauseMilliseconds >= LEAST_MILLISECONDS
      if (!failure.retriable || !isWorthIt) break
    }
    throw new ServiceFailure(service, failure?.kind ?? 'unavailable', failure?.reason ?? '')
  }

  async function tryOnce(call: ServiceCall, left: number): Promise<ServiceAnswer | Failing> {
    const { method, path, authorization, accept, body } = call
    const what = `${method} ${path}`
    try {
      const answer = await exchange({
        method,
        url: new URL(`${apiUrl}${path}`),
        headers: {
          'user-agent': 'scrip',
          ...headers,
          accept,
          authorization,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(Math.min(left, call.timeoutMilliseconds ?? TRY_MILLISECONDS)),
        limitBytes: call.limitBytes ?? LIMIT_BYTES,
      })
      return readAnswer(what, answer)
    } catch (error) {
      if (!(error instanceof ExchangeFailure)) throw error
      const isTooLarge = error.code === 'too large'
      return {
        kind: isTooLarge ? 'malformed' : 'unavailable',
        reason: `${what}: ${error.code}`,
        retriable: !isTooLarge,
        pauseMilliseconds: PAUSE_MILLISECONDS,
      }
    }
  }
}

interface Failing {
  readonly kind: FailureKind
  readonly reason: string
  readonly retriable: boolean
  readonly pauseMilliseconds: number
}

function notEnoughTime(service: ServiceName): Failing {
  const reason = `no time was left to ask ${service}`
  return { kind: 'unavailable', reason, retriable: false, pauseMilliseconds: 0 }
}

/** Sorts answers. A 4xx is final: asked again, the service would say the same. */
function readAnswer(what: string, { status, headers, body: bytes }: Incoming): ServiceAnswer | Failing {
  const body = bytes.toString('utf8')
  if ((status >= 200 && status < 300) || status === 404)
    return { status, contentType: headers['content-type'] ?? '', body }
  const asked = retryAfterSeconds(headers['retry-after'])
  const reason = `${what}: ${status}${messageOf(body)}${asked === undefined ? '' : `, retry after ${asked} s`}`
  // GitHub answers 403 at both its limits: with `retry-after` at the secondary ones, with this at the primary.
  const isUsedUp = headers['x-ratelimit-remaining'] === '0'
  const isLimit = status === 429 || (status === 403 && (asked !== undefined || isUsedUp))
  const isFailing = status >= 500
  const pauseSeconds = asked ?? (isFailing ? PAUSE_MILLISECONDS / 1000 : Number.POSITIVE_INFINITY)
  return {
    kind: isLimit ? 'limited' : isFailing ? 'unavailable' : kindOfRefusal(status),
    reason,
    retriable: (isFailing || status === 429) && pauseSeconds <= LONGEST_PAUSE_SECONDS,
    pauseMilliseconds: pauseSeconds * 1000,
  }
}

function kindOfRefusal(status: number): FailureKind {
  if (status === 401) return 'misconfigured'
  return status >= 400 ? 'refused' : 'malformed'
}

/** The number of seconds that `Retry-After` may have (RFC 9110 §10.2.3); a date is longer than we wait anyway. */
function retryAfterSeconds(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  return /^\d{1,6}$/.test(value) ? Number(value) : Number.POSITIVE_INFINITY
}

/** The sentence that both services tell of a refusal: for the operator, since the caller reads no reason. */
function messageOf(body: string): string {
  const parsed = parseJson(body)
  return isObject(parsed) && typeof parsed.message === 'string' ? ` (${parsed.message})` : ''
}

/**
 * The JSON object of an answer.
 *
 * @throws ServiceFailure `malformed`, which tells nothing of the text
 */
export function objectOf(service: ServiceName, what: string, answer: ServiceAnswer): JsonObject {
  const parsed = parseJson(answer.body)
  if (!isObject(parsed))
    throw new ServiceFailure(service, 'malformed', `${what}: the answer is no JSON object`)
  return parsed
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // JSON.parse quotes its input in the error, which may hold a token
  }
}

/**
 * One segment of a path.
 *
 * @throws ServiceFailure for what a URL would take for a step: `.` and `..`, and for nothing at all
 */
export function segment(service: ServiceName, value: string): string {
  if (/^\.{0,2}$/.test(value)) throw new ServiceFailure(service, 'refused', `no name for a URL: "${value}"`)
  return encodeURIComponent(value.toWellFormed())
}
