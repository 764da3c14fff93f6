import { describe, expect, test } from 'vitest'
import { clientId } from '../../../shared/protocol/brands.ts'
import {
  formatRefreshToken,
  gidOf,
  newGrantId,
  parseRefreshToken,
} from '../../../shared/tokens/refresh-token.ts'
import { clientSecret } from '../../support/clients.ts'
import { at, T0 } from '../../support/grants.ts'
import { captureLog } from '../../support/log-lines.ts'
import { preset } from '../../support/presets.ts'
import { errorResponse, rateTold } from '../../support/responses.ts'
import { refreshKeys } from '../../support/token-deployment.ts'
import { appClient, type Form, nativeClient, tokensIn, useWorld } from '../../support/world.ts'

const log = captureLog()
const { clock, stores, giveCode, deploy, restoreGrant } = useWorld()
const scope = ['read', 'write', 'openid']
const clients = [
  appClient({ scope }),
  appClient({ clientId: clientId('other') }),
  appClient({ clientId: clientId('no-refresh'), grantTypes: ['authorization_code'] }),
  nativeClient(),
]
const config = preset('default')
const fixed = deploy(config, clients)
const refusedAt = (now: number) =>
  errorResponse(
    400,
    'invalid_grant',
    'The grant is invalid, expired, revoked or not for this client',
    rateTold(now),
  )

/** Begins a grant, and gives its first refresh token and its gid. */
async function begin(deployment = fixed, code: object = { scope, requestedScope: scope }, form: Form = {}) {
  const answer = await deployment.token('authorization_code', { code: await giveCode(code), ...form })
  return tokensIn(answer)
}
const gidIn = (text: string) => {
  const token = parseRefreshToken(text, refreshKeys.find, config.refresh)
  return token ? gidOf(token.grantId) : ''
}
const grantOf = (text: string) => stores.grants().find(gidIn(text))
const refresh = (refresh_token: string, form: Form = {}, deployment = fixed) =>
  deployment.token('refresh_token', { refresh_token, ...form })

describe('a refresh token is refused with one and the same answer, whatever the reason', () => {
  /** Changes the character in the middle to another one of base 62. */
  const forged = (text: string) => `${text.slice(0, 40)}${text[40] === '0' ? '1' : '0'}${text.slice(41)}`

  test.each<{ reason: string; text?: (token: string) => string; form?: Form }>([
    { reason: 'not a refresh token of ours', text: forged },
    { reason: 'not a refresh token of ours', text: (token) => token.slice(1) },
    { reason: 'not a refresh token of ours', text: (token) => `${token} ` },
    { reason: 'not a refresh token of ours', text: () => '0'.repeat(80) },
    { reason: 'not a refresh token of ours', text: () => '😀'.repeat(20) },
    {
      reason: 'the refresh token is another client’s',
      form: { client_id: 'other', client_secret: clientSecret },
    },
    { reason: 'the refresh token is another client’s', form: { client_id: 'native' } },
  ])('$reason, and the grant is left alone', async ({ reason, text = (token) => token, form = {} }) => {
    const { refresh_token } = await begin()
    expect(await refresh(text(refresh_token), form)).toEqual(refusedAt(clock.now))
    expect(log.facts().at(-1)).toMatchObject({ level: 'WARN', error: 'invalid_grant', reason })
    expect(log.text()).not.toContain(refresh_token)
    expect(await grantOf(refresh_token)).toMatchObject({ generation: 1 })
    expect((await refresh(refresh_token)).status).toBe(200)
  })

  test('unknown grant: it was never written, or is gone', async () => {
    const { refresh_token } = await begin()
    const token = parseRefreshToken(refresh_token, refreshKeys.find, config.refresh)
    if (!token) throw new Error('the token is ours')
    const orphan = { ...token, grantId: newGrantId() }
    await stores.grants().revoke(gidOf(orphan.grantId), T0, at(99)) // a replay that came first
    const text = formatRefreshToken(orphan, refreshKeys.current, config.refresh)
    expect(await refresh(text)).toEqual(refusedAt(clock.now))
    expect(log.facts().at(-1)).toMatchObject({ reason: 'unknown grant' })
  })

  test('the grant was revoked', async () => {
    const { refresh_token } = await begin()
    await stores.grants().revoke(gidIn(refresh_token), T0, at(99))
    expect(await refresh(refresh_token)).toEqual(refusedAt(clock.now))
    expect(log.facts().at(-1)).toMatchObject({ reason: 'the grant was revoked' })
  })

  test.each([
    { when: 'after the grant began', withdrawn: at(1) },
    { when: 'in the second that it began', withdrawn: T0 },
  ])('the consent was withdrawn $when', async ({ when, withdrawn }) => {
    const { refresh_token } = await begin(fixed, { username: when })
    await stores.consents().withdraw(when, 'app', withdrawn)
    clock.now = at(2)
    expect(await refresh(refresh_token)).toEqual(refusedAt(clock.now))
    expect(log.facts().at(-1)).toMatchObject({ reason: 'the consent was withdrawn' })
    expect(await grantOf(refresh_token)).toMatchObject({ generation: 1 })
  })

  test('newer than the grant: the table was taken back to an older state', async () => {
    const { refresh_token } = await begin()
    const grant = await grantOf(refresh_token)
    const second = tokensIn(await refresh(refresh_token))
    const third = tokensIn(await refresh(second.refresh_token))
    if (grant) await restoreGrant(grant)
    expect(await refresh(third.refresh_token)).toEqual(refusedAt(clock.now))
    expect(log.facts().at(-1)).toMatchObject({ reason: 'the refresh token is not the grant’s' })
    expect(await grantOf(refresh_token)).not.toHaveProperty('revokedAt')
  })

  test('a client that is not registered for it is told so', async () => {
    const form = { client_id: 'no-refresh', client_secret: clientSecret }
    expect((await refresh('anything', form)).body).toEqual({
      error: 'unauthorized_client',
      error_description: 'This client is not registered for refresh_token',
    })
  })
})
