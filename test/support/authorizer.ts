/** The authorizer over a DynamoDB engine, with memory for accounts, clients and counters. */
import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda'
import { type AuthorizerServices, authorizer } from '../../functions/authorizer/authorizer.ts'
import { type IdentifyServices, identifier, rememberUse } from '../../functions/authorizer/identify.ts'
import type { Config } from '../../shared/config/types.ts'
import { rateLimiter } from '../../shared/http/rate-limit.ts'
import { sourceOf } from '../../shared/http/source.ts'
import { sha256 } from '../../shared/protocol/hash.ts'
import type { Account } from '../../shared/stores/accounts.ts'
import { apiTokenStore } from '../../shared/stores/api-tokens.ts'
import { newOpaqueToken } from '../../shared/tokens/opaque-token.ts'
import { verifyAccessToken } from '../../shared/tokens/verify-access-token.ts'
import { apiGatewayEvent, lambdaContext, type Request } from './api-gateway-event.ts'
import { machineClient } from './clients.ts'
import { storedApiToken } from './grants.ts'
import { memoryRateLimits, publicJwk } from './token-deployment.ts'
import { appClient, nativeClient, useWorld } from './world.ts'

type Headers = NonNullable<Request['headers']>

/** What the values of fallback keys begin with. */
export const KEY_BASE = '0b1c2d3e-4f50-4a61-8b72-9c83ad94be05'

const everyClient = [
  appClient({ account: 'acme' }),
  nativeClient({ account: 'acme' }),
  machineClient(), // owned by nobody
]

/**
 * The rate as the authorizer tells it.
 *
 * @param now in epoch seconds, from which follows when the minute ends
 */
export function rateContext(now: number, remaining: number, limit: number) {
  const reset = now - (now % 60) + 60
  return {
    rateLimit: String(limit),
    rateRemaining: String(remaining),
    rateReset: String(reset),
    rateLimitField: `"minute";r=${remaining};t=${reset - now}`,
    rateLimitPolicy: `"minute";q=${limit};w=60`,
  }
}

/** A whole result. */
export function result(Effect: 'Allow' | 'Deny', principalId: string, context: object, more: object = {}) {
  const Statement = [{ Action: 'execute-api:Invoke', Effect, Resource: '*' }]
  return { principalId, policyDocument: { Version: '2012-10-17', Statement }, context, ...more }
}

/** Refused because of a credential, or for want of one. */
export function denied(rate: object, challenge = 'Bearer realm="oauth", error="invalid_token"') {
  return result('Deny', 'stranger', { challenge, ...rate })
}

export function useAuthorizer() {
  const world = useWorld()
  const { clock, stores } = world
  return {
    ...world,
    deploy: (config: Config) => world.deploy(config, everyClient),

    /** An authorizer; `asked` tells each look-up, verification and write of a use. */
    authorizerOf(
      config: Config,
      different: {
        readonly accounts?: readonly Account[]
        readonly clients?: typeof everyClient
        readonly identify?: Partial<IdentifyServices>
        readonly services?: Partial<AuthorizerServices>
      } = {},
    ) {
      const { accounts = [], clients = everyClient } = different
      const limits = memoryRateLimits()
      const asked: string[] = []
      const told =
        <Args extends unknown[], Value>(what: string, act: (...args: Args) => Value) =>
        (...args: Args) => {
          asked.push(what)
          return act(...args)
        }
      const handler = authorizer({
        config,
        identify: identifier({
          config,
          keys: told('keys', async () => ({ keys: [publicJwk] })),
          verify: told('verify', verifyAccessToken),
          tokens: { find: told('token', (hash) => stores.tokens().find(hash)) },
          liveness: { read: told('liveness', (gid, jti) => stores.liveness().read(gid, jti)) },
          clients: {
            find: told('client', async (id) => clients.find(({ clientId }) => clientId === id)),
          },
          used: told(
            'used',
            rememberUse(apiTokenStore(world.db(), world.tableName('tokens')), () => clock.now * 1000),
          ),
          ...different.identify,
        }),
        accounts: {
          find: told('account', async (id) => accounts.find(({ accountId }) => accountId === id)),
        },
        limiter: rateLimiter(limits, () => clock.now * 1000),
        address: async (event) => sourceOf(event, undefined),
        sharedKeyBase: KEY_BASE,
        clock: () => clock.now * 1000,
        ...different.services,
      })
      const ask = (headers: Headers, request: Request = {}) =>
        handler(authorizerEvent({ headers, ...request }), lambdaContext)
      return {
        asked,
        limits,
        ask,
        /** Presents a token as it should be. */
        present: (token: string, request?: Request) => ask([['Authorization', `Bearer ${token}`]], request),
      }
    },

    /** An API token that is in the table, by its text. */
    async apiToken(prefix: string, different: object = {}) {
      const text = newOpaqueToken({ format: 'prefixed', prefix })
      await stores.tokens().create(storedApiToken({ tokenHash: sha256(text), ...different }))
      return text
    },
  }
}

/** What API Gateway asks a REQUEST authorizer with: the request without its body. */
function authorizerEvent(request: Request): APIGatewayRequestAuthorizerEvent {
  const {
    body: _,
    isBase64Encoded: __,
    ...event
  } = apiGatewayEvent({
    method: 'GET',
    resource: '/api/v1/jobs',
    ...request,
  })
  const methodArn = `arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/${event.httpMethod}${event.path}`
  return { ...event, type: 'REQUEST', methodArn } as unknown as APIGatewayRequestAuthorizerEvent
}
