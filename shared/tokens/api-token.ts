/**
 * Making API tokens: what a request for one may say, and what rests of it.
 *
 * The text is `prefix` + random + checksum (`opaque-token.ts`); whoever asked reads it this once.
 */
import type { Config } from '../config/types.ts'
import type { NewApiToken } from '../protocol/api-token.ts'
import { after, type EpochSeconds, type Seconds, seconds } from '../protocol/brands.ts'
import { sha256 } from '../protocol/hash.ts'
import { newOpaqueToken, PREFIXED_BODY_LENGTH } from './opaque-token.ts'

export const MAX_API_TOKEN_NAME_LENGTH = 100
export const MIN_API_TOKEN_LIFETIME = seconds(60)
/** Five years. */
export const MAX_API_TOKEN_LIFETIME = seconds(5 * 365 * 86_400)
/** Random characters that the hint tells: 24 of their 192 bits. */
const HINTED_CHARACTERS = 4

/** What a deployment with API tokens says of them. */
export interface ApiTokenPolicy {
  readonly apiTokens: NonNullable<Config['apiTokens']>
  readonly scopes: Config['scopes']
}

export interface ApiTokenRequest {
  readonly account: string
  readonly name: string
  readonly scope: readonly string[]
  /** The user who asks, or `operator`. */
  readonly createdBy: string
  /** No end, where it is left out. */
  readonly expiresIn?: Seconds
}

/** One fault of a request. */
export interface ApiTokenFault {
  readonly field: 'name' | 'scope' | 'expiresIn'
  readonly expected: string
}

/** A request for a token that cannot be made. */
export class InvalidApiTokenRequest extends Error {
  override readonly name = 'InvalidApiTokenRequest'
  readonly faults: readonly ApiTokenFault[]

  constructor(faults: readonly ApiTokenFault[]) {
    super(faults.map(({ field, expected }) => `${field}: expected ${expected}`).join('\n'))
    this.faults = faults
  }
}

/** A new token: its text, to be told once, and the record to store. */
export interface MadeApiToken {
  readonly text: string
  readonly record: NewApiToken
}

/** @throws InvalidApiTokenRequest with every fault together */
export function newApiToken(
  request: ApiTokenRequest,
  policy: ApiTokenPolicy,
  now: EpochSeconds,
): MadeApiToken {
  const faults = apiTokenFaults(request, policy.scopes)
  if (faults.length > 0) throw new InvalidApiTokenRequest(faults)
  return make(request, policy, now)
}

/**
 * The token that takes another's place: of the same name, scope and account, for as long as that one had in all.
 *
 * @param createdBy who asked for it
 */
export function successorOf(
  old: NewApiToken,
  createdBy: string,
  policy: ApiTokenPolicy,
  now: EpochSeconds,
): MadeApiToken {
  const { account, name, scope, issuedAt, expiresAt } = old
  const lifetime = expiresAt === undefined ? {} : { expiresIn: seconds(expiresAt - issuedAt) }
  // The scope is what was chosen once, though the catalogue may have lost a name since: rotating widens nothing.
  return make({ account, name, scope, createdBy, ...lifetime }, policy, now)
}

function make(
  { account, name, scope, createdBy, expiresIn }: ApiTokenRequest,
  { apiTokens: { prefix } }: ApiTokenPolicy,
  now: EpochSeconds,
): MadeApiToken {
  const text = newOpaqueToken({ format: 'prefixed', prefix })
  const record: NewApiToken = {
    tokenHash: sha256(text),
    kind: 'api_token',
    account,
    name: normaliseApiTokenName(name),
    scope: [...new Set(scope)],
    createdBy,
    hint: text.slice(0, prefix.length + HINTED_CHARACTERS),
    issuedAt: now,
    ...(expiresIn === undefined ? {} : { expiresAt: after(now, expiresIn) }),
  }
  return { text, record }
}

/** Names that differ in the space around them are one. */
export function normaliseApiTokenName(name: string): string {
  return name.trim()
}

/** Everything that keeps a request from being granted. */
export function apiTokenFaults(
  { name, scope, expiresIn }: Pick<ApiTokenRequest, 'name' | 'scope' | 'expiresIn'>,
  catalogue: Config['scopes'],
): readonly ApiTokenFault[] {
  const badLifetime =
    expiresIn !== undefined &&
    !(
      Number.isInteger(expiresIn) &&
      expiresIn >= MIN_API_TOKEN_LIFETIME &&
      expiresIn <= MAX_API_TOKEN_LIFETIME
    )
  return [
    ...(isName(normaliseApiTokenName(name))
      ? []
      : [
          {
            field: 'name' as const,
            expected: `1 to ${MAX_API_TOKEN_NAME_LENGTH} characters, visible and without control characters`,
          },
        ]),
    ...(scope.length === 0 ? [{ field: 'scope' as const, expected: 'at least one scope' }] : []),
    ...scope.flatMap((scopeName) => scopeFaults(scopeName, catalogue)),
    ...(badLifetime ? [{ field: 'expiresIn' as const, expected: 'a time from 60 seconds to 5 years' }] : []),
  ]
}

/** Line breaks and characters that turn the direction of what follows could forge another line of a list. */
function isName(name: string): boolean {
  const hasForbidden = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(name)
  const isVisible = /[\p{L}\p{N}\p{P}\p{S}]/u.test(name)
  return isVisible && !hasForbidden && [...name].length <= MAX_API_TOKEN_NAME_LENGTH
}

function scopeFaults(name: string, catalogue: Config['scopes']): ApiTokenFault[] {
  const known = Object.hasOwn(catalogue, name) ? catalogue[name] : undefined
  if (!known) return [{ field: 'scope', expected: `scopes of the catalogue, but there is no "${name}"` }]
  // An API token stands for an account, and there is no person to tell of.
  if (known.user)
    return [{ field: 'scope', expected: `scopes of an account, but "${name}" is about a person` }]
  return []
}

/**
 * The API tokens of a deployment as the text of a regular expression, for scanners of leaked secrets.
 *
 * It is not anchored, so that none is missed next to other letters; the checksum tells what only looks alike.
 */
export function apiTokenPattern(prefix: string): string {
  return `${prefix}[0-9A-Za-z]{${PREFIXED_BODY_LENGTH}}`
}
