/** HTTP messages between the front server, CloudFront and API Gateway, which all run in one process. */
export type HeaderField = readonly [name: string, value: string]

export type HttpRequest = {
  readonly method: string
  /** Path and query, exactly as on the request line. */
  readonly target: string
  /** Names in the case they came in, in their order; duplicates stay apart. */
  readonly headers: readonly HeaderField[]
  readonly body: Buffer | 'too large'
  readonly sourceIp: string
  readonly sourcePort: number
  /** `HTTP/1.1` */
  readonly protocol: string
}

export type HttpResponse = {
  readonly status: number
  readonly headers: readonly HeaderField[]
  readonly body: Buffer
}

export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse>

/** The last value of a header, by a name in any case. */
export function headerValue(headers: readonly HeaderField[], name: string): string | undefined {
  return headers.findLast(([field]) => field.toLowerCase() === name.toLowerCase())?.[1]
}

/** The fields without those of the given lower-case names. */
export function withoutHeaders(headers: readonly HeaderField[], ...names: readonly string[]): HeaderField[] {
  return headers.filter(([field]) => !names.includes(field.toLowerCase()))
}
