/** `$context`: what API Gateway knows about a request, for gateway responses and access logs. */
import { randomBytes, randomUUID } from 'node:crypto'
import { type HttpRequest, headerValue } from '../http/types.ts'
import { account } from '../identity.ts'

/** Values by their path after `$context.`; filled in while the request is being answered. */
export type RequestVariables = Map<string, string>

/** Names that a template or log format may use. Another one stops the start, since it would come out empty. */
const known = new Set([
  'accountId',
  'apiId',
  'deploymentId',
  'domainName',
  'domainPrefix',
  'error.message',
  'error.messageString',
  'error.responseType',
  'extendedRequestId',
  'httpMethod',
  'identity.apiKey',
  'identity.apiKeyId',
  'identity.sourceIp',
  'identity.userAgent',
  'integrationErrorMessage',
  'integrationLatency',
  'integrationStatus',
  'integration.error',
  'integration.integrationStatus',
  'integration.latency',
  'integration.status',
  'path',
  'protocol',
  'requestId',
  'requestTime',
  'requestTimeEpoch',
  'resourceId',
  'resourcePath',
  'responseLatency',
  'responseLength',
  'stage',
  'status',
])

/** What an authorizer puts into its context may have any name. */
export function isKnownVariable(name: string): boolean {
  return known.has(name) || /^authorizer\.\w+$/.test(name)
}

/** The variables that are known before the route is. */
export function requestVariables(
  request: HttpRequest,
  api: {
    readonly id: string
    readonly domainName: string
    readonly stage: string
    readonly deploymentId: string
  },
  path: string,
  receivedAt: Date,
): RequestVariables {
  return new Map([
    ['accountId', account],
    ['apiId', api.id],
    ['deploymentId', api.deploymentId],
    ['domainName', api.domainName],
    ['domainPrefix', api.domainName.split('.')[0] ?? ''],
    ['extendedRequestId', `${randomBytes(11).toString('base64url')}=`],
    ['httpMethod', request.method],
    ['identity.sourceIp', request.sourceIp],
    ['identity.userAgent', headerValue(request.headers, 'user-agent') ?? ''],
    ['path', path],
    ['protocol', request.protocol],
    ['requestId', randomUUID()],
    ['requestTime', commonLogTime(receivedAt)],
    ['requestTimeEpoch', String(receivedAt.getTime())],
    ['stage', api.stage],
  ])
}

/** Puts variables into a text; an absent one becomes `otherwise`. */
export function substituteVariables(
  template: string,
  variables: RequestVariables,
  otherwise: string,
): string {
  return template.replace(variablePattern, (_match, name: string) => variables.get(name) || otherwise)
}

export const variablePattern = /\$context\.([A-Za-z]+(?:\.\w+)*)/g

/** `09/Apr/2026:12:34:56 +0000` */
function commonLogTime(time: Date): string {
  const [, day, month, year, clock] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(time.toUTCString()) ?? []
  return `${day}/${month}/${year}:${clock} +0000`
}
