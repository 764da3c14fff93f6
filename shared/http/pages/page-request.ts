/** A person's request, as the pages see it. */
import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { EpochSeconds } from '../../protocol/brands.ts'
import { type EndpointName, endpointPath } from '../../protocol/endpoints.ts'
import {
  parseRequestParameters,
  type RequestParameters,
  requestParameters,
} from '../../protocol/request-parameters.ts'
import { type Cookies, readCookies } from '../cookies.ts'
import type { EdgeEvent } from '../endpoint.ts'
import { PageError } from './page-error.ts'

export interface PageRequest {
  readonly method: 'GET' | 'POST'
  /** The route that was matched. */
  readonly resource: string
  readonly issuer: string
  readonly query: RequestParameters
  /** The body of a POST; empty otherwise. */
  readonly form: RequestParameters
  readonly cookies: Cookies
  header(name: string): string | undefined
  /** The caller's address. */
  source(): Promise<string>
  readonly now: EpochSeconds
  /** The path of an endpoint, as this browser has to ask for it. */
  path(name: EndpointName): string
}

/** Bytes of a form; ours have a few hundred, and an authorization request may have some thousand. */
const MAX_FORM_BYTES = 20_480
const MAX_FIELDS = 100

/** What an event does not tell by itself. */
export interface PageSettings {
  readonly issuer: string
  /** In front of the endpoints' paths. */
  readonly prefix: string
  readonly source: (event: APIGatewayProxyEvent) => Promise<string>
  readonly now: EpochSeconds
}

/** @throws PageError for a body that is no form, or too long */
export function readPageRequest(
  event: EdgeEvent,
  { issuer, prefix, source, now }: PageSettings,
): PageRequest {
  const { original } = event
  const headers = event.multiValueHeaders as Readonly<Record<string, readonly string[]>>
  const base = new URL(issuer).pathname.replace(/\/$/, '')
  return {
    method: original.httpMethod === 'POST' ? 'POST' : 'GET',
    resource: original.resource,
    issuer,
    query: requestParameters(queryEntries(original)),
    form: original.httpMethod === 'POST' ? readForm(event) : parseRequestParameters(''),
    cookies: readCookies(headers.cookie ?? []),
    header: (name) => headers[name]?.[0],
    source: () => source(original),
    now,
    path: (name) => base + endpointPath(prefix, name),
  }
}

function queryEntries({ multiValueQueryStringParameters }: APIGatewayProxyEvent): [string, string][] {
  return Object.entries(multiValueQueryStringParameters ?? {}).flatMap(([name, values]) =>
    (values ?? []).map((value): [string, string] => [name, value]),
  )
}

function readForm(event: EdgeEvent): RequestParameters {
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8')
  if (body.length > MAX_FORM_BYTES)
    throw new PageError(413, 'Too long', `This request is longer than ${MAX_FORM_BYTES} bytes.`)
  const mediaType = event.multiValueHeaders['content-type']?.[0]?.split(';')[0]?.trim().toLowerCase()
  if (mediaType !== 'application/x-www-form-urlencoded')
    throw new PageError(415, 'Not a form', 'This page takes the forms that it shows, and nothing else.')
  const text = body.toString('utf8')
  if (text.split('&').length > MAX_FIELDS)
    throw new PageError(400, 'Too many fields', `This form has more than ${MAX_FIELDS} fields.`)
  return parseRequestParameters(text)
}
