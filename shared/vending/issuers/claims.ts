/** What the claims of a CI token must be, whoever signed it: RFC 7519 §4.1 and the issuer's settings. */
import type { VendIssuer } from '../../config/vend-types.ts'
import type { EpochSeconds } from '../../protocol/brands.ts'
import type { JsonObject } from '../json.ts'
import type { CiCaller } from '../types.ts'

/** How far apart the issuer's clock and ours may be. */
export const CLOCK_SKEW_SECONDS = 5
/**
 * The longest life of a token that is taken. Those of CI live for minutes, or as long as their job (GitLab); one
 * that lives for longer than a day is a password by another name.
 */
export const MAX_LIFETIME_SECONDS = 86_400
/** The last second of the year 9999; what is beyond was written in another unit. */
const MAX_TIME = 253_402_300_799
const MAX_TEXT_LENGTH = 2048
const control = /\p{Cc}/u

/**
 * What is wrong with the claims for this issuer, for the log; `iss` is the caller's to compare.
 *
 * @param now the time, in seconds
 */
export function claimsFault(claims: JsonObject, issuer: VendIssuer, now: EpochSeconds): string | undefined {
  return timeFault(claims, now) ?? lastingFault(claims, issuer)
}

/**
 * The same without its times, which are all that changes while a token rests.
 *
 * `aud` is the audience itself, or a list of nothing else: a token for several services could be replayed at us by
 * any of them.
 */
export function lastingFault(claims: JsonObject, issuer: VendIssuer): string | undefined {
  const { aud, sub } = claims
  const audience = Array.isArray(aud) && aud.length === 1 ? aud[0] : aud
  if (audience !== issuer.audience) return 'another audience'
  if (typeof sub !== 'string' || !isText(sub)) return 'sub is malformed'
  return (
    requiredFault(claims, issuer.requiredClaims) ??
    valuesFault(claims, issuer.claimValues) ??
    identityFault(claims, issuer.identity)
  )
}

/** The caller that verified claims tell of. */
export function callerOf(claims: JsonObject, { issuer, identity }: VendIssuer): CiCaller {
  const [job, build, branch] = [identity.job, identity.build, identity.branch].map((name) =>
    name === undefined ? undefined : textOf(claims, name),
  )
  return {
    issuer,
    subject: String(claims.sub),
    organization: textOf(claims, identity.organization) ?? '',
    pipeline: textOf(claims, identity.pipeline) ?? '',
    pipelineId: textOf(claims, identity.pipelineId) ?? '',
    ...(job === undefined ? {} : { job }),
    ...(build === undefined ? {} : { build }),
    ...(branch === undefined ? {} : { branch }),
    // Without a prototype: a rule on `constructor` finds nothing that is no claim.
    claims: Object.freeze(Object.assign(Object.create(null), claims)),
  }
}

function timeFault(claims: JsonObject, now: EpochSeconds): string | undefined {
  const { exp, nbf, iat } = claims
  if (!isTime(exp)) return 'exp is missing or malformed'
  if (nbf !== undefined && !isTime(nbf)) return 'nbf is malformed'
  if (iat !== undefined && !isTime(iat)) return 'iat is malformed'
  if (exp <= now - CLOCK_SKEW_SECONDS) return 'expired'
  if (nbf !== undefined && nbf > now + CLOCK_SKEW_SECONDS) return 'not yet valid'
  if (iat !== undefined && iat > now + CLOCK_SKEW_SECONDS) return 'issued in the future'
  if (exp - (iat ?? nbf ?? now) > MAX_LIFETIME_SECONDS) return 'valid for too long'
  return undefined
}

/** NumericDate, RFC 7519 §2; fractions are allowed there. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= MAX_TIME
}

/** There, whatever they are; null and the empty text are not there. */
function requiredFault(claims: JsonObject, required: readonly string[]): string | undefined {
  const missing = required.find((name) => !isThere(own(claims, name)))
  return missing === undefined ? undefined : `${missing} is missing`
}

function valuesFault(claims: JsonObject, values: VendIssuer['claimValues']): string | undefined {
  const other = Object.entries(values).find(([name, value]) => own(claims, name) !== value)
  return other === undefined ? undefined : `${other[0]} has another value`
}

function identityFault(claims: JsonObject, identity: VendIssuer['identity']): string | undefined {
  const { organization, pipeline, pipelineId, job, build, branch } = identity
  const missing = [organization, pipeline, pipelineId].find((name) => textOf(claims, name) === undefined)
  if (missing !== undefined) return `${missing} is missing or malformed`
  const malformed = [job, build, branch].find(
    (name) => name !== undefined && isThere(own(claims, name)) && textOf(claims, name) === undefined,
  )
  return malformed === undefined ? undefined : `${malformed} is malformed`
}

const own = (claims: JsonObject, name: string): unknown =>
  Object.hasOwn(claims, name) ? claims[name] : undefined

const isThere = (value: unknown): boolean => value !== undefined && value !== null && value !== ''

/** A text, or a whole number as one (Buildkite's `build_number`); nothing for what cannot name anything. */
function textOf(claims: JsonObject, name: string): string | undefined {
  const value = own(claims, name)
  if (Number.isSafeInteger(value)) return String(value)
  return typeof value === 'string' && isText(value) ? value : undefined
}

const isText = (value: string): boolean =>
  value !== '' && value.length <= MAX_TEXT_LENGTH && value.isWellFormed() && !control.test(value)
