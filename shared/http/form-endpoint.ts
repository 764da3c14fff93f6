/** Endpoints that take parameters in the body: a form, as OAuth has it, or a JSON object. */
import jsonBodyParser from '@middy/http-json-body-parser'
import urlencodeBodyParser from '@middy/http-urlencode-body-parser'
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'
import { invalidRequest, OAuthError } from '../protocol/errors.ts'
import { type Parameters, readParameters } from '../protocol/parameters.ts'
import {
  type EdgeEvent,
  type EdgeMiddleware,
  endpoint,
  type Handler,
  type RefusalHeaders,
} from './endpoint.ts'

/** Bytes of a request body; a token request has a few hundred. */
export const MAX_BODY_BYTES = 20_480
/** `querystring` drops keys past 1,000, which could hide a duplicate; no request of ours has near 100. */
const MAX_FORM_FIELDS = 100

export interface FormRequest {
  readonly parameters: Parameters
  /** The values of each header, by its name in lower case. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  /** The request as API Gateway sent it. */
  readonly event: APIGatewayProxyEvent
}

/** An endpoint that reads its parameters from the body (RFC 6749 §3.2). */
export function formEndpoint(
  respond: (request: FormRequest) => Promise<APIGatewayProxyResult>,
  refusalHeaders?: RefusalHeaders,
): Handler {
  return endpoint(
    [
      checkBody,
      // The content type is checked already; each parser takes its own and leaves the other's alone.
      jsonBodyParser({ disableContentTypeError: true }) as EdgeMiddleware,
      urlencodeBodyParser({ disableContentTypeError: true }) as EdgeMiddleware,
    ],
    async (event) =>
      respond({
        parameters: readParameters(event.body),
        headers: event.multiValueHeaders as Record<string, string[]>,
        event: event.original,
      }),
    refusalHeaders,
  )
}

/** Refuses what no parser should see: too long, of another type, or with more fields than can be told apart. */
const checkBody: EdgeMiddleware = {
  before: ({ event }) => {
    const bytes = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8')
    if (bytes.length > MAX_BODY_BYTES)
      throw invalidRequest(`The body is longer than ${MAX_BODY_BYTES} bytes`, {
        status: 413,
      })
    const mediaType = requireMediaType(event)
    const body = bytes.toString('utf8')
    if (mediaType === 'application/x-www-form-urlencoded' && body.split('&').length > MAX_FORM_FIELDS)
      throw invalidRequest(`The form has more than ${MAX_FORM_FIELDS} fields`)
    event.body = body
    event.isBase64Encoded = false
    // The parsers know fewer spellings of a media type than HTTP does.
    event.headers['content-type'] = mediaType
  },
}

/** The two media types that are understood; parameters such as `charset` are let through (RFC 9110 §8.3.1). */
function requireMediaType(event: EdgeEvent): string {
  const values = event.multiValueHeaders['content-type'] ?? []
  if (values.length > 1) throw invalidRequest('Content-Type must be given once')
  const mediaType = values[0]?.split(';')[0]?.trim().toLowerCase()
  if (mediaType !== 'application/x-www-form-urlencoded' && mediaType !== 'application/json')
    throw new OAuthError(
      'invalid_request',
      'Content-Type must be application/x-www-form-urlencoded or application/json',
      { status: 415 },
    )
  return mediaType
}
