/** What every endpoint is: a middy pipeline whose errors are answered in OAuth's JSON, whatever happens. */
import middy from '@middy/core'
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda'
import type { OAuthError } from '../protocol/errors.ts'
import { errorAnswer, toResponse } from './answer.ts'
import { toOAuthError } from './failures.ts'
import { mergedByName } from './headers.ts'
import { log } from './log.ts'

export type Handler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>

/** The pipeline's event: a copy, free for middlewares to change, and the event as it came. */
export type EdgeEvent = APIGatewayProxyEvent & {
  readonly original: APIGatewayProxyEvent
}

/** Headers to add to a refusal; it throws nothing, since a refusal must be answered. */
export type RefusalHeaders = (
  event: APIGatewayProxyEvent,
  error: OAuthError,
) => Promise<Readonly<Record<string, string>>>

export type EdgeMiddleware = middy.MiddlewareObj<EdgeEvent, APIGatewayProxyResult>

/**
 * An endpoint.
 *
 * @param middlewares run on a copy of the event whose header names are in lower case
 * @param respond gives the response; what it throws becomes an OAuth error, with its reason in the log alone
 * @param refusalHeaders gives what a refusal tells beside its own headers
 */
export function endpoint(
  middlewares: readonly EdgeMiddleware[],
  respond: (event: EdgeEvent) => Promise<APIGatewayProxyResult>,
  refusalHeaders: RefusalHeaders = async () => ({}),
): Handler {
  const pipeline = middy<EdgeEvent, APIGatewayProxyResult>({
    timeoutEarlyInMillis: 0,
  })
    .before(({ event, context }) => {
      log.resetKeys()
      log.addContext(context)
      log.appendKeys({ request_id: event.requestContext.requestId })
    })
    .use([...middlewares])
    .onError(async (request) => {
      const error = logged(toOAuthError(request.error))
      const headers = error.status < 500 ? await refusalHeaders(request.event.original, error) : {}
      request.response = toResponse(errorAnswer(error.with(headers)))
    })
    .handler(respond)
  return (event, context) => pipeline({ ...event, ...lowerCaseHeaders(event), original: event }, context)
}

/** Header names may come in any case, and the body parsers look for one spelling. */
function lowerCaseHeaders(
  event: APIGatewayProxyEvent,
): Pick<APIGatewayProxyEvent, 'headers' | 'multiValueHeaders'> {
  return {
    headers: lowerCaseNames(event.headers),
    multiValueHeaders: mergedByName(event.multiValueHeaders),
  }
}

function lowerCaseNames<Value>(headers: Record<string, Value> | null): Record<string, Value> {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]))
}

/** Logs an error once: our own failures with their cause, refusals with their reason. */
function logged(error: ReturnType<typeof toOAuthError>): ReturnType<typeof toOAuthError> {
  const entry = {
    error: error.code,
    status: error.status,
    reason: error.reason,
  }
  if (error.status < 500) log.warn('request refused', entry)
  else if (error.cause instanceof Error) log.error('request failed', { ...entry, cause: error.cause })
  else log.error('request failed', entry)
  return error
}
