/** The vending endpoint between parts that are told what to say. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type VendServices, vendEndpoint } from '../../functions/vend/vend.ts'
import type { VendIssuer } from '../../shared/config/vend-types.ts'
import type { VendRequest } from '../../shared/vending/pipeline/types.ts'
import { apiGatewayEvent, lambdaContext, type Request } from './api-gateway-event.ts'
import { caller, profile, vended } from './vend-requests.ts'

const issuer = { issuer: caller.issuer, repository: { from: 'buildkite' } } as VendIssuer

export const json = ['Content-Type', 'application/json'] as const
export const authorized = ['Authorization', 'Bearer of a good job'] as const

/** Every caller is good and every profile there, and a token is vended, unless told otherwise. */
export function vendingTo(different: Partial<VendServices> = {}) {
  const vendRequests: VendRequest[] = []
  const handler = vendEndpoint({
    settings: {
      response: 'seed',
      github: {
        apiUrl: 'https://api.github.com',
        host: 'github.com',
        appId: '1',
        installations: {},
        organization: 'acme',
      },
    },
    verify: async (values) => (values.length === 0 ? { kind: 'absent' } : { kind: 'caller', caller, issuer }),
    profiles: async () => ({
      faults: [],
      lookup: (kind, name) => ({ kind: 'found', profile: profile({ kind, name }) }),
    }),
    vend: async (request, entry) => {
      vendRequests.push(request)
      const outcome = { ...vended('a token'), tried: [] }
      entry.decided(outcome)
      return outcome
    },
    address: async () => '198.51.100.9',
    time: { now: Date.now, sleep },
    ...different,
  })
  return {
    /** What reached the layers of vending. */
    vendRequests,
    async ask(request: Request & { readonly profile?: string } = {}) {
      const { resource = '/token', profile: name, headers = [authorized, json] } = request
      const event = apiGatewayEvent({ ...request, resource, headers })
      const { statusCode, body } = await handler(
        name === undefined ? event : { ...event, pathParameters: { profile: name } },
        lambdaContext,
      )
      return { status: statusCode, body: resource.includes('git') ? body : JSON.parse(body) }
    },
  }
}
