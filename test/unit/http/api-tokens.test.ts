import { beforeAll, describe, expect, test } from 'vitest'
import {
  type ApiTokenServices,
  createApiToken,
  listApiTokens,
  revokeApiToken,
  rotateApiToken,
} from '../../../shared/http/api-tokens.ts'
import { seconds } from '../../../shared/protocol/brands.ts'
import { sha256 } from '../../../shared/protocol/hash.ts'
import { apiTokenStore, MAX_LIVE_API_TOKENS } from '../../../shared/stores/api-tokens.ts'
import { InvalidApiTokenRequest } from '../../../shared/tokens/api-token.ts'
import { useEngine } from '../../support/dynamodb.ts'
import { at, T0 } from '../../support/grants.ts'
import { preset } from '../../support/presets.ts'

const { connect, tableName } = useEngine()
let services: ApiTokenServices
beforeAll(async () => {
  const { scopes } = preset('default')
  const store = apiTokenStore(await connect(), tableName('tokens'))
  services = { policy: { apiTokens: { prefix: 'bb_live_' }, scopes }, store }
})

const request = (account: string, different: object = {}) => ({
  account,
  name: 'Nightly export',
  scope: ['read'],
  createdBy: 'ada',
  ...different,
})
async function create(account: string, different: object = {}) {
  const creation = await createApiToken(request(account, different), T0, services)
  if (creation.outcome !== 'created') throw new Error(creation.outcome)
  return creation.made
}

describe('the owner of an account', () => {
  test('B1.2 makes a token, reads its text this once, and finds it in the list', async () => {
    const { text, record } = await create('maker', { expiresIn: seconds(3600) })
    expect(text).toMatch(/^bb_live_[0-9A-Za-z]{39}$/)
    expect(record.tokenHash).toBe(sha256(text))
    const listed = await listApiTokens('maker', services)
    expect(listed).toEqual([record])
    expect(JSON.stringify(listed)).not.toContain(text)
  })

  test('revokes it, once, and sees so in the list', async () => {
    const { record } = await create('revoker')
    const revoke = () => revokeApiToken('revoker', record.tokenHash, at(9), services)
    expect([await revoke(), await revoke()]).toEqual(['revoked', 'already'])
    expect(await listApiTokens('revoker', services)).toMatchObject([
      { revokedAt: at(9), revokedBecause: 'revoked' },
    ])
  })

  test('rotates it: one live token of the same name, scope and time, under another text', async () => {
    const { text, record } = await create('rotator', { expiresIn: seconds(3600) })
    const rotation = await rotateApiToken('rotator', record.tokenHash, 'grace', at(60), services)
    if (rotation.outcome !== 'rotated') throw new Error(rotation.outcome)
    expect(rotation.successor.text).not.toBe(text)
    const { tokenHash, hint } = rotation.successor.record
    expect(await listApiTokens('rotator', services)).toEqual([
      {
        ...record,
        tokenHash,
        hint,
        createdBy: 'grace',
        issuedAt: at(60),
        expiresAt: at(3660),
        replaces: record.tokenHash,
      },
      {
        ...record,
        revokedAt: at(60),
        revokedBecause: 'rotated',
        replacedBy: tokenHash,
        expiresAt: at(60 + 90 * 86_400),
      },
    ])
  })
})

describe('nobody', () => {
  test('makes a token that no token may be; nothing is written', async () => {
    const creation = createApiToken(request('faulty', { name: '', scope: ['openid'] }), T0, services)
    await expect(creation).rejects.toEqual(
      new InvalidApiTokenRequest([
        { field: 'name', expected: '1 to 100 characters, visible and without control characters' },
        { field: 'scope', expected: 'scopes of an account, but "openid" is about a person' },
      ]),
    )
    expect(await listApiTokens('faulty', services)).toEqual([])
  })

  test('has more than a hundred live tokens, unless one ends', async () => {
    for (let made = 0; made < MAX_LIVE_API_TOKENS; made += 1) await create('crowded')
    expect(await createApiToken(request('crowded'), T0, services)).toEqual({ outcome: 'too many' })
    const [first] = await listApiTokens('crowded', services)
    await revokeApiToken('crowded', first?.tokenHash ?? '', at(1), services)
    expect((await createApiToken(request('crowded'), T0, services)).outcome).toBe('created')
  })

  test('revokes or rotates another account’s token', async () => {
    const { record } = await create('victim')
    expect([
      await revokeApiToken('stranger', record.tokenHash, at(1), services),
      await rotateApiToken('stranger', record.tokenHash, 'mallory', at(1), services),
    ]).toEqual(['unknown', { outcome: 'unknown' }])
    expect(await listApiTokens('victim', services)).toEqual([record])
  })

  test('rotates a token that ended', async () => {
    const revoked = (await create('ended')).record
    const expired = (await create('ended', { expiresIn: seconds(60) })).record
    await revokeApiToken('ended', revoked.tokenHash, at(1), services)
    expect([
      await rotateApiToken('ended', revoked.tokenHash, 'ada', at(60), services),
      await rotateApiToken('ended', expired.tokenHash, 'ada', at(60), services),
    ]).toEqual([{ outcome: 'already' }, { outcome: 'expired' }])
  })
})
