/** What every endpoint is: a middy pipeline whose errors are answered in OAuth's JSON, whatever happens. */
import middy from '@middy/core'
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda'
import { errorAnswer, toResponse } from './answer.ts'
import { toOAuthError } from './failures.ts'
import { log } from './log.ts'

export type Handler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>

/** The pipeline's event: a copy, free for middlewares to change, and the event as it came. */
export type EdgeEvent = APIGatewayProxyEvent & {
  readonly original: APIGatewayProxyEvent
}

export type EdgeMiddleware = middy.MiddlewareObj<EdgeEvent, APIGatewayProxyResult>

/**
 * An endpoint.
 *
 * @param middlewares run on a copy of the event whose header names are in lower case
 * @param respond gives the response; what it throws becomes an OAuth error, with its reason in the log alone
 */
export function endpoint(
  middlewares: readonly EdgeMiddleware[],
  respond: (event: EdgeEvent) => Promise<APIGatewayProxyResult>,
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
    .onError((request) => {
      request.response = toResponse(errorAnswer(logged(toOAuthError(request.error))))
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

/** Two spellings of one name in a request are one header given twice. */
function mergedByName(headers: Record<string, string[] | undefined> | null): Record<string, string[]> {
  // A Map, since a header may be called `constructor`.
  const merged = new Map<string, string[]>()
  for (const [name, values] of Object.entries(headers ?? {})) {
    const key = name.toLowerCase()
    merged.set(key, [...(merged.get(key) ?? []), ...(values ?? [])])
  }
  return Object.fromEntries(merged)
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
