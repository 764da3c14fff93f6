import { describe, expect, test } from 'vitest'
import { healthEndpoint } from '../../../functions/health/health.ts'
import { SecretMissing } from '../../../shared/stores/cached-secret.ts'
import { apiGatewayEvent, lambdaContext } from '../../support/api-gateway-event.ts'
import { captureLog } from '../../support/log-lines.ts'
import { errorResponse, noStoreJson, read } from '../../support/responses.ts'
import { publicJwk } from '../../support/token-deployment.ts'

const log = captureLog()

/** A health check whose parts fail when told to. */
function health() {
  const state = {
    now: 0,
    keysError: undefined as Error | undefined,
    clientsError: undefined as Error | undefined,
  }
  const asked: string[] = []
  const handler = healthEndpoint({
    clock: () => state.now,
    keys: async () => {
      asked.push('keys')
      if (state.keysError) throw state.keysError
      return { keys: [publicJwk] }
    },
    clients: {
      find: async (id) => {
        asked.push(`client ${id}`)
        if (state.clientsError) throw state.clientsError
        return undefined
      },
    },
  })
  const get = async () =>
    read(await handler(apiGatewayEvent({ method: 'GET', resource: '/health' }), lambdaContext))
  return { state, asked, get }
}
const good = { status: 200, headers: noStoreJson, body: { status: 'ok' } }
const bad = errorResponse(503, 'temporarily_unavailable', 'This service is busy. Please try again', {
  'Retry-After': '5',
})

describe('health', () => {
  test('is good when keys and clients can be read, the one key that its role may read', async () => {
    const { asked, get } = health()
    expect([await get(), asked]).toEqual([good, ['keys', 'client health']])
  })

  test('asks again after five seconds', async () => {
    const { state, asked, get } = health()
    await get()
    state.now = 4_999
    await get()
    expect(asked.length).toBe(2)
    state.now = 5_000
    await get()
    expect(asked.length).toBe(4)
  })

  test.each([
    {
      what: 'there are no keys',
      broken: { keysError: new SecretMissing('verification-keys') },
      reason: 'SecretMissing: the secret verification-keys has no value yet',
    },
    {
      what: 'the table cannot be read',
      broken: { clientsError: new Error('no route to 10.0.0.1') },
      reason: 'Error: no route to 10.0.0.1',
    },
  ])('is bad when $what, for a reason that only the log tells', async ({ broken, reason }) => {
    const { state, get } = health()
    Object.assign(state, broken)
    expect(await get()).toEqual(bad)
    expect(log.facts()).toEqual([
      expect.objectContaining({ level: 'ERROR', error: 'temporarily_unavailable', status: 503, reason }),
    ])
  })

  test('remembers no bad news', async () => {
    const { state, get } = health()
    state.keysError = new Error('down')
    await get()
    state.keysError = undefined
    expect(await get()).toEqual(good)
  })
  test('tells bad news once the good is five seconds old', async () => {
    const { state, get } = health()
    await get()
    state.clientsError = new Error('down')
    expect(await get()).toEqual(good)
    state.now = 5_000
    expect(await get()).toEqual(bad)
  })
})
