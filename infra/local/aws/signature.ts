/** Signature Version 4: finding out who signed a request, and whether that is true. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Caller, CredentialStore } from './credentials.ts'
import { AwsError } from './errors.ts'

export type SignedRequest = {
  readonly method: string
  /** Path and query, exactly as on the request line. */
  readonly target: string
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export type Authenticated = {
  readonly caller: Caller
  readonly service: string
}

const scheme =
  /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/

/**
 * The caller of a request and the service that it is signed for.
 *
 * @throws AwsError as AWS answers to a missing, unknown or wrong signature.
 */
export function authenticate(request: SignedRequest, store: CredentialStore): Authenticated {
  const match = scheme.exec(request.headers.authorization ?? '')
  if (!match) throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token', 403)
  const [, accessKeyId = '', scope = '', signedHeaders = '', signature = ''] = match
  const credentials = store.find(accessKeyId)
  if (!credentials || credentials.sessionToken !== request.headers['x-amz-security-token']) {
    throw new AwsError(
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
      403,
    )
  }
  const expected = sign(request, credentials.secretAccessKey, scope, signedHeaders.split(';'))
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(signature))) {
    throw new AwsError(
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided.',
      403,
    )
  }
  return { caller: credentials.caller, service: scope.split('/')[2] ?? '' }
}

function sign(
  request: SignedRequest,
  secret: string,
  scope: string,
  signedHeaders: readonly string[],
): string {
  const canonicalHeaders = signedHeaders
    .map((name) => `${name}:${trim(request.headers[name] ?? '')}\n`)
    .join('')
  const canonicalRequest = [
    request.method,
    canonicalPath(request.target),
    canonicalQuery(request.target),
    canonicalHeaders,
    signedHeaders.join(';'),
    sha256(request.body),
  ].join('\n')
  const date = request.headers['x-amz-date'] ?? ''
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonicalRequest)].join('\n')
  const key = scope
    .split('/')
    .reduce<string | Buffer>((previous, part) => hmac(previous, part), `AWS4${secret}`)
  return hmac(key, toSign).toString('hex')
}

/** The path, escaped once more: every service but S3 signs it so. */
function canonicalPath(target: string): string {
  const [path = '/'] = target.split('?')
  return path.split('/').map(percentEncode).join('/')
}

function canonicalQuery(target: string): string {
  const [, query = ''] = target.split('?')
  const pairs = [...new URLSearchParams(query)].map(
    ([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`,
  )
  return pairs.sort().join('&')
}

function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function trim(value: string): string {
  return value.trim().replace(/\s+/g, ' ')
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex')
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest()
}
