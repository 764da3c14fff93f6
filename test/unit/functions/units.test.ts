import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda'
import { beforeEach, describe, expect, test } from 'vitest'
import { authorizer } from '../../../functions/authorizer/authorizer.ts'
import { identifier, rememberUse } from '../../../functions/authorizer/identify.ts'
import { rateLimiter } from '../../../shared/http/rate-limit.ts'
import { rememberedVerification } from '../../../shared/http/remembered-verification.ts'
import { clientId } from '../../../shared/protocol/brands.ts'
import { sha256 } from '../../../shared/protocol/hash.ts'
import { accountStore } from '../../../shared/stores/accounts.ts'
import { apiTokenStore } from '../../../shared/stores/api-tokens.ts'
import { cachedReader } from '../../../shared/stores/cached-reader.ts'
import { clientStore } from '../../../shared/stores/clients.ts'
import { rateLimitStore } from '../../../shared/stores/rate-limits.ts'
import { newOpaqueToken } from '../../../shared/tokens/opaque-token.ts'
import { apiGatewayEvent, lambdaContext } from '../../support/api-gateway-event.ts'
import { machineClient } from '../../support/clients.ts'
import { recordCommands } from '../../support/dynamodb.ts'
import { at, storedApiToken, T0 } from '../../support/grants.ts'
import { preset } from '../../support/presets.ts'
import { publicJwk } from '../../support/token-deployment.ts'
import { appClient, tokensIn, useWorld } from '../../support/world.ts'

const { clock, stores, giveCode, deploy, db, tableName } = useWorld()

/** What DynamoDB is asked for while `work` runs; a read is strongly consistent or not as its store has it. */
async function commandsOf(work: () => Promise<unknown>): Promise<string[]> {
  const commands = recordCommands(db())
  try {
    await work()
    return commands.map((name) => name.replace(/Command$/, ''))
  } finally {
    db().middlewareStack.remove('record-commands')
  }
}

describe('units of the grants, without rate counting and with the client remembered', () => {
  const jwt = deploy(preset('default'), [appClient()])
  const opaque = deploy(preset('buddy'), [appClient(), machineClient()])

  test('client_credentials: nothing read, nothing written; an opaque token is one write', async () => {
    const form = { client_id: 'machine', client_secret: 'a-secret-of-at-least-32-characters' }
    const machines = deploy(preset('buildr'), [machineClient()])
    expect(await commandsOf(() => machines.token('client_credentials', form))).toEqual([])
    const buildr = { ...preset('buildr'), accessToken: { format: 'uuid' } as const }
    const opaqueMachines = deploy(buildr, [machineClient()])
    expect(await commandsOf(() => opaqueMachines.token('client_credentials', form))).toEqual(['PutItem'])
  })

  test('a code: two writes with JWTs, three with opaque tokens; beside them reads alone', async () => {
    const writesOf = async (deployment: typeof jwt, scope: string) => {
      const code = await giveCode({ scope: [scope] })
      const commands = await commandsOf(() => deployment.token('authorization_code', { code }))
      return commands.filter((name) => !name.startsWith('Get'))
    }
    expect(await writesOf(jwt, 'read')).toEqual(['UpdateItem', 'UpdateItem'])
    expect(await writesOf(opaque, 'WORKSPACE')).toEqual(['UpdateItem', 'UpdateItem', 'PutItem'])
  })

  test('a rotation: one write with JWTs', async () => {
    const code = await giveCode({ scope: ['read'] })
    const { refresh_token } = tokensIn(await jwt.token('authorization_code', { code }))
    const commands = await commandsOf(() => jwt.token('refresh_token', { refresh_token }))
    expect(commands.filter((name) => !name.startsWith('Get'))).toEqual(['UpdateItem'])
  })
})

describe('units of a check at the API', () => {
  const config = preset('default')
  const text = newOpaqueToken({ format: 'prefixed', prefix: config.apiTokens?.prefix ?? '' })
  beforeEach(async () => {
    await accountStore(db(), tableName('accounts')).create({ accountId: 'acme', tier: 'premium' })
    const token = storedApiToken({
      tokenHash: sha256(text),
      account: 'acme',
      lastUsedAt: T0,
      expiresAt: at(90_000),
    })
    await stores
      .tokens()
      .create(token)
      .catch(() => undefined) // it is there already
  })

  const handler = () =>
    authorizer({
      config,
      identify: identifier({
        config,
        keys: async () => ({ keys: [publicJwk] }),
        verify: rememberedVerification(() => clock.now * 1000),
        tokens: stores.tokens(),
        liveness: stores.liveness(),
        clients: cachedReader(clientStore(db(), tableName('clients'))),
        used: rememberUse(apiTokenStore(db(), tableName('tokens'))),
      }),
      accounts: cachedReader(accountStore(db(), tableName('accounts'))),
      limiter: rateLimiter(rateLimitStore(db(), tableName('rateLimits')), () => clock.now * 1000),
      source: async () => '192.0.2.7',
      sharedKeyBase: 'base',
      clock: () => clock.now * 1000,
    })
  const ask = async (check: ReturnType<typeof handler>, token: string) => {
    const event = apiGatewayEvent({
      method: 'GET',
      resource: '/api/v1/token',
      headers: [['Authorization', `Bearer ${token}`]],
    })
    const { policyDocument } = await check(
      event as unknown as APIGatewayRequestAuthorizerEvent,
      lambdaContext,
    )
    return policyDocument.Statement.map((statement) => statement.Effect)
  }

  test('an API token: one read and one write of the counter, with the account remembered', async () => {
    const check = handler()
    expect(await commandsOf(() => ask(check, text))).toEqual(['GetItem', 'GetItem', 'UpdateItem'])
    expect(await commandsOf(async () => expect(await ask(check, text)).toEqual(['Allow']))).toEqual([
      'GetItem',
      'UpdateItem',
    ])
  })

  test('and once an hour one more write, of when it was used', async () => {
    clock.now = T0 + 3601
    const check = handler()
    const commands = await commandsOf(() => ask(check, text))
    expect(commands.filter((name) => name === 'UpdateItem')).toEqual(['UpdateItem', 'UpdateItem'])
    expect(await commandsOf(() => ask(check, text))).toEqual(['GetItem', 'UpdateItem'])
  })

  test('a JWT: one consistent batch over grants and tokens, and one write of the counter', async () => {
    await clientStore(db(), tableName('clients')).create(machineClient({ clientId: clientId('machine') }))
    const machines = deploy(config, [machineClient()])
    const form = { client_id: 'machine', client_secret: 'a-secret-of-at-least-32-characters', scope: 'read' }
    const { access_token } = tokensIn(await machines.token('client_credentials', form))
    const check = handler()
    await ask(check, access_token)
    expect(await commandsOf(async () => expect(await ask(check, access_token)).toEqual(['Allow']))).toEqual([
      'BatchGetItem',
      'UpdateItem',
    ])
  })

  test.each([
    { what: 'a mistyped token', token: `${text.slice(0, -1)}${text.endsWith('a') ? 'b' : 'a'}` },
    { what: 'another environment’s', token: text.replace('live', 'test') },
    { what: 'a forged JWT', token: 'eyJhbGciOiJub25lIn0.e30.' },
  ])('$what: no read at all, and one write of the caller’s window', async ({ token }) => {
    const check = handler()
    expect(await commandsOf(async () => expect(await ask(check, token)).toEqual(['Deny']))).toEqual([
      'UpdateItem',
    ])
  })
})
