/** The endpoint for leaked tokens over a DynamoDB engine, with memory for its counters. */
import { type LeakedServices, leakedEndpoint } from '../../functions/leaked/leaked.ts'
import type { Config } from '../../shared/config/types.ts'
import { rateLimiter } from '../../shared/http/rate-limit.ts'
import { countedSource, sourceOf } from '../../shared/http/source.ts'
import { sha256 } from '../../shared/protocol/hash.ts'
import { newOpaqueToken } from '../../shared/tokens/opaque-token.ts'
import { verifyAccessToken } from '../../shared/tokens/verify-access-token.ts'
import { apiGatewayEvent, formEvent, lambdaContext, type Request } from './api-gateway-event.ts'
import { machineClient } from './clients.ts'
import { storedApiToken } from './grants.ts'
import { preset } from './presets.ts'
import { noStoreJson, rateTold, read } from './responses.ts'
import { memoryRateLimits, publicJwk } from './token-deployment.ts'
import { appClient, useWorld } from './world.ts'

/** Reports that one source may make in a minute. */
export const LIMIT = 60
const apiTokens = { prefix: 'bb_live_' }
/** Deployments with API tokens, by the format of their access tokens. */
export const configs: Readonly<Record<'jwt' | 'uuid' | 'prefixed', Config>> = {
  jwt: { ...preset('default'), apiTokens },
  uuid: { ...preset('buddy'), apiTokens },
  prefixed: { ...preset('buildbutler'), apiTokens },
}

/** The text of an API token, which need not be in any table. */
export const newText = (prefix = apiTokens.prefix) => newOpaqueToken({ format: 'prefixed', prefix })

export function useLeaked() {
  const { clock, stores, giveCode, deploy } = useWorld()
  const clients = [appClient({ scope: ['read', 'write', 'WORKSPACE', 'read:jobs'] }), machineClient()]
  return {
    clock,
    stores,
    giveCode,
    deploy: (config: Config) => deploy(config, clients),

    /** An endpoint; `asked` tells each look-up, verification and write. */
    endpointOf(config: Config, different: Partial<LeakedServices> = {}) {
      const limits = memoryRateLimits()
      const asked: string[] = []
      const told =
        <Args extends unknown[], Value>(what: string, act: (...args: Args) => Value) =>
        (...args: Args) => {
          asked.push(what)
          return act(...args)
        }
      const handler = leakedEndpoint({
        config,
        keys: told('keys', async () => ({ keys: [publicJwk] })),
        verify: told('verify', verifyAccessToken),
        tokens: { find: told('find', (hash) => stores.tokens().find(hash)) },
        revocations: {
          revoke: told('revoke', (...args) => stores.tokens().revoke(...args)),
          deny: told('deny', (...args) => stores.tokens().deny(...args)),
        },
        limiter: rateLimiter(limits, () => clock.now * 1000),
        source: async (event) => countedSource(sourceOf(event, undefined)),
        clock: () => clock.now * 1000,
        ...different,
      })
      const send = async (event: Parameters<typeof handler>[0]) => read(await handler(event, lambdaContext))
      const resource = '/oauth/leaked'
      return {
        asked,
        limits,
        report: (token: string, request: Request = {}) =>
          send(formEvent({ token }, { resource, ...request })),
        reportBody: (body: string | Buffer, request: Request = {}) =>
          send(apiGatewayEvent({ resource, body, ...request })),
      }
    },

    /** The one answer; `nth` is which report of its source in this minute it answers. */
    accepted: (nth = 1) => ({
      status: 202,
      headers: { ...noStoreJson, ...rateTold(clock.now, LIMIT - nth, LIMIT) },
      body: { status: 'accepted' },
    }),

    /** An API token that is in the table, by its text. */
    async apiToken(different: object = {}) {
      const text = newText()
      await stores.tokens().create(storedApiToken({ tokenHash: sha256(text), ...different }))
      return text
    },
    atRest: (text: string) => stores.tokens().find(sha256(text)),
  }
}
