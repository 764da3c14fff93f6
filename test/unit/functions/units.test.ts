import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda'
import { beforeEach, describe, expect, test } from 'vitest'
import { authorizer } from '../../../functions/authorizer/authorizer.ts'
import { authorizerServices } from '../../../functions/authorizer/services.ts'
import { leakedEndpoint } from '../../../functions/leaked/leaked.ts'
import type { Config } from '../../../shared/config/types.ts'
import { rateLimiter } from '../../../shared/http/rate-limit.ts'
import { accessTokenReading, type Connections } from '../../../shared/http/token-deployment.ts'
import { epochSeconds, fromMilliseconds } from '../../../shared/protocol/brands.ts'
import { sha256 } from '../../../shared/protocol/hash.ts'
import { accountStore } from '../../../shared/stores/accounts.ts'
import { clientStore } from '../../../shared/stores/clients.ts'
import { rateLimitStore } from '../../../shared/stores/rate-limits.ts'
import { newOpaqueToken } from '../../../shared/tokens/opaque-token.ts'
import { apiGatewayEvent, formEvent, lambdaContext } from '../../support/api-gateway-event.ts'
import { machineClient } from '../../support/clients.ts'
import { recordUnits } from '../../support/dynamodb.ts'
import { storedApiToken } from '../../support/grants.ts'
import { preset } from '../../support/presets.ts'
import { publicJwk } from '../../support/token-deployment.ts'
import { appClient, tokensIn, useWorld } from '../../support/world.ts'

const { clock, stores, giveCode, deploy, db, tableName } = useWorld()

/** What `work` costs: each command with its units. */
async function unitsOf(work: () => Promise<unknown>): Promise<string[]> {
  const units = recordUnits(db())
  try {
    await work()
    return units
  } finally {
    db().middlewareStack.remove('record-units')
  }
}

describe('units of the grants, without rate counting and with the client remembered', () => {
  const jwt = deploy(preset('default'), [appClient()])
  const opaque = deploy(preset('buddy'), [appClient(), machineClient()])

  test('client_credentials: nothing read, nothing written; an opaque token is one write', async () => {
    const form = { client_id: 'machine', client_secret: 'a-secret-of-at-least-32-characters' }
    const machines = deploy(preset('buildr'), [machineClient()])
    expect(await unitsOf(() => machines.token('client_credentials', form))).toEqual([])
    const buildr = { ...preset('buildr'), accessToken: { format: 'uuid' } as const }
    const opaqueMachines = deploy(buildr, [machineClient()])
    expect(await unitsOf(() => opaqueMachines.token('client_credentials', form))).toEqual(['PutItem 1'])
  })

  test('a code: two writes with JWTs, three with opaque tokens; beside them reads alone', async () => {
    const writesOf = async (deployment: typeof jwt, scope: string) => {
      const code = await giveCode({ scope: [scope] })
      const commands = await unitsOf(() => deployment.token('authorization_code', { code }))
      return commands.filter((name) => !name.startsWith('Get'))
    }
    expect(await writesOf(jwt, 'read')).toEqual(['UpdateItem 1', 'UpdateItem 1'])
    expect(await writesOf(opaque, 'WORKSPACE')).toEqual(['UpdateItem 1', 'UpdateItem 1', 'PutItem 1'])
  })

  test('a rotation: one write with JWTs', async () => {
    const code = await giveCode({ scope: ['read'] })
    const { refresh_token } = tokensIn(await jwt.token('authorization_code', { code }))
    const commands = await unitsOf(() => jwt.token('refresh_token', { refresh_token }))
    expect(commands.filter((name) => !name.startsWith('Get'))).toEqual(['UpdateItem 1'])
  })
})

describe('units of a check at the API', () => {
  const jwt = preset('default')
  const opaque = preset('buildbutler')
  const text = (config: Config) =>
    newOpaqueToken({ format: 'prefixed', prefix: config.apiTokens?.prefix ?? '' })
  const connections = (): Connections => ({
    db: db(),
    table: tableName,
    secret: (_name, parse) => async () =>
      parse(JSON.stringify({ keys: [{ state: 'current', since: 0, jwk: publicJwk }] })),
    foreignSecret: () => async () => '',
    edgeSecret: async () => undefined,
  })
  beforeEach(async () => {
    // The wiring of the function itself has no clock in hand.
    clock.now = fromMilliseconds(Date.now())
    await accountStore(db(), tableName('accounts')).create({ accountId: 'acme', tier: 'premium' })
    await clientStore(db(), tableName('clients')).create(machineClient({ account: 'acme' }))
    await clientStore(db(), tableName('clients')).create(appClient({ account: 'acme' }))
  })

  /** An API token that is in the table. */
  async function apiToken(different: object = {}) {
    const token = text(jwt)
    const now = epochSeconds(clock.now)
    const times = { issuedAt: now, expiresAt: epochSeconds(now + 3600), lastUsedAt: now }
    await stores.tokens().create(storedApiToken({ tokenHash: sha256(token), ...times, ...different }))
    return token
  }

  /** The authorizer as its function has it, with nothing remembered yet. */
  const authorizerOf = (config: Config) => {
    const check = authorizer(authorizerServices(config, connections(), 'base'))
    return async (token: string) => {
      const event = apiGatewayEvent({
        method: 'GET',
        resource: '/api/v1/token',
        headers: [['Authorization', `Bearer ${token}`]],
      })
      const { policyDocument } = await check(
        event as unknown as APIGatewayRequestAuthorizerEvent,
        lambdaContext,
      )
      return policyDocument.Statement[0]?.Effect
    }
  }
  const allowed = (ask: (token: string) => Promise<unknown>, token: string) =>
    unitsOf(async () => expect(await ask(token)).toBe('Allow'))

  test('an API token: one consistent read and one write of the counter, with the account remembered', async () => {
    const ask = authorizerOf(jwt)
    const token = await apiToken()
    expect(await allowed(ask, token)).toEqual(['GetItem 1', 'GetItem 0.5', 'UpdateItem 1'])
    expect(await allowed(ask, token)).toEqual(['GetItem 1', 'UpdateItem 1'])
  })

  test('and once an hour one more write, of when it was used', async () => {
    const ask = authorizerOf(jwt)
    const token = await apiToken({ lastUsedAt: clock.now - 3601 })
    const units = await allowed(ask, token)
    expect(units.filter((unit) => unit.startsWith('UpdateItem'))).toEqual(['UpdateItem 1', 'UpdateItem 1'])
    expect(await allowed(ask, token)).toEqual(['GetItem 1', 'UpdateItem 1'])
  })

  test('a JWT: one consistent batch over grants and tokens, and one write of the counter', async () => {
    const form = { client_id: 'machine', client_secret: 'a-secret-of-at-least-32-characters', scope: 'read' }
    const issued = await deploy(jwt, [machineClient()]).token('client_credentials', form)
    const { access_token } = tokensIn(issued)
    const ask = authorizerOf(jwt)
    await ask(access_token)
    expect(await allowed(ask, access_token)).toEqual(['BatchGetItem 2', 'UpdateItem 1'])
  })

  test('an opaque access token: consistent reads of it and of its grant, and one write of the counter', async () => {
    const times = { issuedAt: epochSeconds(clock.now), expiresAt: epochSeconds(clock.now + 60) }
    const code = await giveCode({ scope: ['read:jobs'], ...times })
    const issued = await deploy(opaque, [appClient()]).token('authorization_code', { code })
    const { access_token } = tokensIn(issued)
    const ask = authorizerOf(opaque)
    await ask(access_token)
    expect(await allowed(ask, access_token)).toEqual(['GetItem 1', 'BatchGetItem 1', 'UpdateItem 1'])
  })

  const mistyped = text(jwt)
  test.each([
    { what: 'a mistyped token', token: `${mistyped.slice(0, -1)}${mistyped.endsWith('a') ? 'b' : 'a'}` },
    { what: 'another environment’s', token: mistyped.replace('live', 'test') },
    { what: 'a forged JWT', token: 'eyJhbGciOiJub25lIn0.e30.' },
  ])('$what: no read at all, and one write of the caller’s window', async ({ token }) => {
    const ask = authorizerOf(jwt)
    expect(await unitsOf(async () => expect(await ask(token)).toBe('Deny'))).toEqual(['UpdateItem 1'])
  })

  test('a report of a leaked token: one consistent read, and writes of the counter and of its end', async () => {
    const report = leakedEndpoint({
      ...accessTokenReading(jwt, connections()),
      revocations: stores.tokens(),
      limiter: rateLimiter(rateLimitStore(db(), tableName('rateLimits'))),
      source: async () => '192.0.2.7',
      clock: Date.now,
    })
    const event = async () => formEvent({ token: await apiToken() }, { resource: '/oauth/leaked' })
    const reported = await event()
    expect(await unitsOf(() => report(reported, lambdaContext))).toEqual([
      'UpdateItem 1',
      'GetItem 1',
      'UpdateItem 1',
    ])
    const junk = formEvent({ token: 'junk' }, { resource: '/oauth/leaked' })
    expect(await unitsOf(() => report(junk, lambdaContext))).toEqual(['UpdateItem 1'])
  })
})
