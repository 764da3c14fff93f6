/**
 * Endpoints for authenticated clients beside the token endpoint: revocation and introspection. They take a
 * form, authenticate the client the same way, and count within the same rate.
 */
import type { APIGatewayProxyEvent } from 'aws-lambda'
import { type EpochSeconds, fromMilliseconds } from '../protocol/brands.ts'
import type { Client } from '../protocol/client.ts'
import { readClientCredentials } from '../protocol/client-authentication.ts'
import type { Parameters } from '../protocol/parameters.ts'
import { type Answer, toResponse } from './answer.ts'
import { authenticateClient } from './authenticate-client.ts'
import type { Handler } from './endpoint.ts'
import { formEndpoint } from './form-endpoint.ts'
import { log, MAX_LOGGED_ID } from './log.ts'
import { refuseQuery } from './refuse-query.ts'
import type { TokenDeployment } from './token-endpoint.ts'
import { strangersRate, withinRate } from './within-rate.ts'

export interface ClientRequest {
  readonly client: Client
  readonly parameters: Parameters
  readonly event: APIGatewayProxyEvent
  readonly now: EpochSeconds
}

/** @param parameterNames what may come in the body only */
export function clientEndpoint(
  deployment: TokenDeployment,
  parameterNames: readonly string[],
  answer: (request: ClientRequest) => Promise<Answer>,
): Handler {
  return formEndpoint(async (request) => {
    refuseQuery(request, parameterNames)
    const { parameters, headers, event } = request
    const now = fromMilliseconds(deployment.clock())
    const credentials = readClientCredentials(headers.authorization ?? [], parameters)
    log.appendKeys({ client_id: credentials.clientId.slice(0, MAX_LOGGED_ID) })
    const client = await authenticateClient(credentials, deployment.clients, now)
    return toResponse(
      await withinRate({ client, user: () => deployment.source(event), now }, deployment, () =>
        answer({ client, parameters, event, now }),
      ),
    )
  }, strangersRate(deployment))
}
