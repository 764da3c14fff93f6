/** Values that several sections of the configuration have. */
import * as v from 'valibot'
import { isLoopbackHost } from '../protocol/loopback.ts'
import { isScopeToken } from '../protocol/scope.ts'

export const text = (maxLength: number) =>
  v.pipe(
    v.string('a text'),
    v.trim(),
    v.check((value) => value !== '', 'a text that is not empty'),
    v.maxLength(maxLength, `at most ${maxLength} characters`),
  )

export const whole = (min: number, max: number, unit: string) => {
  const expected = `a whole number of ${unit} from ${min} to ${max}`
  return v.pipe(v.number(expected), v.integer(expected), v.minValue(min, expected), v.maxValue(max, expected))
}

export const oneOf = <const Options extends readonly string[]>(...options: Options) =>
  v.picklist(options, `one of ${options.join(', ')}`)

export const matching = (pattern: RegExp, expected: string) =>
  v.pipe(v.string(expected), v.regex(pattern, expected))

/** A whole ARN: without the six characters that Secrets Manager adds to a name, no policy fits. */
export const secretArn = matching(
  /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-[A-Za-z0-9]{6}$/,
  'the ARN of a secret in Secrets Manager, with its six characters at the end',
)

export const scopeToken = v.pipe(
  v.string('a scope name'),
  v.check(isScopeToken, 'a scope name: printable ASCII without space, " or \\ (RFC 6749 §3.3)'),
)

/** RFC 8414 §2: https, no query, no fragment. Plain http is for loopback, where the local stack serves. */
export function isIssuer(value: string): boolean {
  return isBareUrl(value) && !value.endsWith('/')
}

/** Somebody else's issuer, as in its tokens' `iss` to the letter: a slash at the end is part of it (Auth0's have one). */
export const foreignIssuer = v.pipe(
  v.string('an issuer URL'),
  v.check(isBareUrl, 'an https URL in its normal form, without user, query or fragment'),
)

function isBareUrl(value: string): boolean {
  if (!URL.canParse(value)) return false
  const url = new URL(value)
  // Issuers are compared as texts: one that a parser would rewrite would be another one to somebody.
  const isNormal = value === url.href || value === url.href.replace(/\/$/, '')
  const schemeIsRight =
    url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname))
  return isNormal && schemeIsRight && url.username === '' && url.password === '' && !/[?#]/.test(value)
}
