/**
 * What API Gateway answers by itself, before or instead of a function: in OAuth's JSON (RFC 6749 §5.2), with
 * our words. AWS's own texts would tell a caller about routes, keys and authorizers.
 */
import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway'
import type { Config } from '../../shared/config/types.ts'
import { hasGrants } from '../../shared/config/used-secrets.ts'
import { type ErrorCode, invalidTokenDescription } from '../../shared/protocol/errors.ts'
import {
  CHALLENGE_CONTEXT_NAME,
  RETRY_AFTER_CONTEXT_NAME,
  rateContextNames,
} from '../../shared/protocol/rate-headers.ts'

interface GatewayAnswer {
  readonly type: ResponseType
  /** API Gateway's own status when left out. */
  readonly status?: number
  readonly error: ErrorCode
  readonly description: string
  readonly headers?: Readonly<Record<string, string>>
  /** Header values that the authorizer gave, by header, in place of `headers`; absent where it was not asked. */
  readonly fromAuthorizer?: Readonly<Record<string, string>>
}

/** A caller that waits this long does not add to the load that refused it. */
const retryAfter = { 'Retry-After': '5' }
const busy = 'This service is busy. Please try again'
const tooMany = 'Too many requests. Please slow down'

/** After the authorizer, API Gateway's own answers tell the rate as the functions' do. */
const fromAuthorizer = rateContextNames

export const gatewayAnswers: readonly GatewayAnswer[] = [
  {
    // Its name misleads: it is what API Gateway says when no route matches.
    type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
    status: 404,
    error: 'invalid_request',
    description: 'There is nothing here',
  },
  {
    type: ResponseType.UNAUTHORIZED,
    status: 401,
    error: 'invalid_request',
    description: 'Authentication is required',
    headers: { 'WWW-Authenticate': 'Bearer' }, // RFC 6750 §3
  },
  {
    // The authorizer's refusal, whatever is wrong with the credential (RFC 6750 §3.1).
    type: ResponseType.ACCESS_DENIED,
    status: 401,
    error: 'invalid_token',
    description: invalidTokenDescription,
    fromAuthorizer: { ...fromAuthorizer, 'WWW-Authenticate': CHALLENGE_CONTEXT_NAME },
  },
  {
    // The authorizer named a key that API Gateway does not know: a fault of ours, not of the caller.
    type: ResponseType.INVALID_API_KEY,
    status: 503,
    error: 'temporarily_unavailable',
    description: busy,
    headers: retryAfter,
    fromAuthorizer,
  },
  {
    type: ResponseType.WAF_FILTERED,
    status: 403,
    error: 'invalid_request',
    description: 'Access is denied',
  },
  {
    type: ResponseType.REQUEST_TOO_LARGE,
    status: 413,
    error: 'invalid_request',
    description: 'The request is too large',
    fromAuthorizer,
  },
  {
    type: ResponseType.UNSUPPORTED_MEDIA_TYPE,
    status: 415,
    error: 'invalid_request',
    description: 'This content type is not supported',
    fromAuthorizer,
  },
  {
    type: ResponseType.THROTTLED,
    status: 429,
    error: 'temporarily_unavailable',
    description: tooMany,
    headers: retryAfter,
    // A caller over its rate has to wait for its window's end, as functions/api would say.
    fromAuthorizer: { ...fromAuthorizer, 'Retry-After': RETRY_AFTER_CONTEXT_NAME },
  },
  {
    type: ResponseType.QUOTA_EXCEEDED,
    status: 429,
    error: 'temporarily_unavailable',
    description: tooMany,
    headers: retryAfter,
    fromAuthorizer,
  },
  {
    type: ResponseType.AUTHORIZER_FAILURE,
    status: 503,
    error: 'temporarily_unavailable',
    description: busy,
    headers: retryAfter,
  },
  {
    type: ResponseType.AUTHORIZER_CONFIGURATION_ERROR,
    status: 503,
    error: 'temporarily_unavailable',
    description: busy,
    headers: retryAfter,
  },
  {
    type: ResponseType.DEFAULT_4XX,
    error: 'invalid_request',
    description: 'The request cannot be served',
    fromAuthorizer,
  },
  {
    // The status stays API Gateway's: 502 and 504 tell apart a function that fails from one that is slow.
    type: ResponseType.DEFAULT_5XX,
    error: 'server_error',
    description: 'Something went wrong here. Please try again',
    headers: retryAfter,
    fromAuthorizer,
  },
]

export function addGatewayResponses(api: RestApi, config: Config): void {
  const { api: teamApi } = config
  for (const answer of gatewayAnswers) {
    const { type, status, headers = {}, fromAuthorizer = {} } = answer
    const body = bodyOf(answer, config)
    api.addGatewayResponse(type.responseType, {
      type,
      ...(status !== undefined && { statusCode: String(status) }),
      responseHeaders: {
        ...quoted({ 'Cache-Control': 'no-store', ...headers }),
        ...(teamApi && fromContext(fromAuthorizer)),
      },
      templates: { 'application/json': literal(JSON.stringify(body)) },
    })
  }
}

function bodyOf({ type, error, description }: GatewayAnswer, config: Config): object {
  const { unauthorizedBody } = config.errors
  if (type === ResponseType.ACCESS_DENIED && unauthorizedBody) return unauthorizedBody
  // Vending's own word for it, where there are no OAuth endpoints that it would be wrong for.
  if (type === ResponseType.REQUEST_TOO_LARGE && !hasGrants(config))
    return { error: 'Request Entity Too Large' }
  return { error, error_description: description }
}

/** A template's `$` begins a variable, and `#` a directive where a word follows; a body is neither. */
function literal(json: string): string {
  return json.replaceAll('$', '\\u0024').replaceAll('#', '\\u0023')
}

function fromContext(names: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(names).map(([header, name]) => [header, `context.authorizer.${name}`]),
  )
}

/** API Gateway takes a value in single quotes literally, and any other as a mapping expression. */
function quoted(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, `'${value}'`]))
}
