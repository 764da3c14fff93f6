/** Requests of the team's API as API Gateway hands them to its function, and the upstream's side of them. */
import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { UpstreamRequest } from '../../../../functions/api/upstream/types.ts'
import { type ApiCaller, contextOf } from '../../../../shared/http/authorizer-context.ts'
import type { RateState } from '../../../../shared/http/rate-limit.ts'
import { clientId, epochSeconds } from '../../../../shared/protocol/brands.ts'
import { apiGatewayEvent, type Request } from '../../../support/api-gateway-event.ts'
import { NOW, WINDOW_END } from '../../../support/token-deployment.ts'

/** Someone who signed in to an app. */
export const ada: ApiCaller = {
  kind: 'access_token',
  tokenId: 'T2lkLW9mLXRva2Vu',
  subject: 'subject of ada',
  username: 'ada',
  clientId: clientId('app'),
  account: 'acme',
  scope: ['read'],
  tier: 'standard',
  issuedAt: epochSeconds(NOW - 10),
  expiresAt: epochSeconds(NOW + 3590),
}

export const rate = (different: Partial<RateState> = {}): RateState => ({
  allowed: true,
  limit: 600,
  remaining: 599,
  reset: epochSeconds(WINDOW_END),
  ...different,
})

export interface ApiRequest extends Request {
  readonly pathParameters?: Readonly<Record<string, string>>
  readonly caller?: ApiCaller
  readonly rate?: RateState
  /** As the authorizer verified it. */
  readonly address?: string
  readonly multiValueQuery?: Readonly<Record<string, string[]>>
}

export function apiEvent({
  pathParameters,
  caller = ada,
  rate: state = rate(),
  address = '198.51.100.9',
  ...request
}: ApiRequest) {
  const event = apiGatewayEvent({ method: 'GET', resource: '/jobs', ...request })
  return {
    ...event,
    pathParameters: pathParameters ?? null,
    multiValueQueryStringParameters: request.multiValueQuery ?? event.multiValueQueryStringParameters,
    requestContext: {
      ...event.requestContext,
      authorizer: { principalId: 'x', ...contextOf({ caller, rate: state, address }, epochSeconds(NOW)) },
    },
  } as APIGatewayProxyEvent
}

/** A request as an upstream gets it. */
export const upstreamRequest = (different: Partial<UpstreamRequest> = {}): UpstreamRequest => ({
  method: 'GET',
  path: { path: '/jobs/7', parameters: { id: '7' } },
  query: [],
  headers: { 'x-scrip-subject': ['ada'] },
  body: Buffer.alloc(0),
  caller: ada,
  arrival: {
    requestId: 'request-1',
    resource: '/jobs/{id}',
    stage: 'prod',
    sourceIp: '192.0.2.7',
    userAgent: 'curl',
  },
  ...different,
})

export const failedDescription = 'The service behind this address gave no proper answer'
export const slowDescription = 'The service behind this address did not answer in time'
