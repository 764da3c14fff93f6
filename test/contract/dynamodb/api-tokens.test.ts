import { describe, expect, test } from 'vitest'
import { MAX_LIVE_API_TOKENS } from '../../../shared/stores/api-tokens.ts'
import { token, useApiTokens } from '../../support/api-tokens.ts'
import { at, storedToken } from '../../support/grants.ts'

const { store, others, table, given } = useApiTokens()
const KEPT = 90 * 86_400

describe('an API token', () => {
  test.each([
    { what: 'with an end', made: token('plain') },
    { what: 'without end', made: token('endless', { expiresAt: undefined }) },
  ])('$what reads back whole, by every instance at once', async ({ made }) => {
    expect(await store().create(made)).toBe('created')
    const stored = JSON.parse(JSON.stringify(made))
    expect([await store().find(made.tokenHash), await others().find(made.tokenHash)]).toEqual([
      stored,
      stored,
    ])
  })

  test('is not what was never made, nor an access token', async () => {
    await table().create(storedToken({ tokenHash: 'an access token' }))
    expect([await store().find('never'), await store().find('an access token')]).toEqual([
      undefined,
      undefined,
    ])
  })

  test('is never drawn twice', async () => {
    await store().create(token('twice', { name: 'first' }))
    await expect(others().create(token('twice', { name: 'second' }))).rejects.toEqual(
      new Error('a token was drawn twice'),
    )
    expect((await store().find('twice'))?.name).toBe('first')
  })

  test('is one of at most a hundred that live; those that ended do not count', async () => {
    const account = 'full'
    const live = Array.from({ length: MAX_LIVE_API_TOKENS - 1 }, (_, index) => `live ${index}`)
    await Promise.all(live.map((tokenHash) => given(tokenHash, { account })))
    await given('revoked and full', { account, revokedAt: at(1), revokedBecause: 'revoked' })
    await given('expired and full', { account, expiresAt: at(-1) })
    expect(await store().create(token('the hundredth', { account }))).toBe('created')
    expect(await store().create(token('one more', { account }))).toBe('too many')
    expect(await store().find('one more')).toBeUndefined()
    expect(await store().create(token('somebody else’s'))).toBe('created')
  })
})

describe('revoking', () => {
  test.each(['revoked', 'leaked'] as const)('ends a token of the account, as %s', async (because) => {
    const made = await given(`ended, ${because}`)
    expect(await store().revoke(made.account, made.tokenHash, at(5), because)).toBe('revoked')
    expect(await others().find(made.tokenHash)).toEqual({
      ...made,
      revokedAt: at(5),
      revokedBecause: because,
      expiresAt: at(5 + KEPT),
    })
  })

  test('again changes nothing: the first time and reason stand', async () => {
    const made = await given('ended twice')
    await store().revoke(made.account, made.tokenHash, at(5), 'leaked')
    expect(await others().revoke(made.account, made.tokenHash, at(6))).toBe('already')
    expect(await store().find(made.tokenHash)).toEqual({
      ...made,
      revokedAt: at(5),
      revokedBecause: 'leaked',
      expiresAt: at(5 + KEPT),
    })
  })

  test.each([undefined, at(6), at(5 + 10 * KEPT)])(
    'keeps a token for ninety days, so that its owner can read why; its own end was %s',
    async (expiresAt) => {
      const made = await given(`to be read ${expiresAt}`, { expiresAt })
      await store().revoke(made.account, made.tokenHash, at(5))
      expect((await store().find(made.tokenHash))?.expiresAt).toBe(at(5 + KEPT))
    },
  )

  test('another account’s token, an access token or none is unknown, and changes nothing', async () => {
    const made = await given('not mine')
    const access = storedToken({ tokenHash: 'no API token' })
    await table().create(access)
    expect([
      await store().revoke('acme', made.tokenHash, at(5)),
      await store().revoke('acme', access.tokenHash, at(5)),
      await store().revoke('acme', 'phantom', at(5)),
    ]).toEqual(['unknown', 'unknown', 'unknown'])
    expect(await store().find(made.tokenHash)).toEqual(made)
    expect(await table().find(access.tokenHash)).toEqual(access)
    expect(await table().find('phantom')).toBeUndefined()
  })

  test('by twenty at once over two instances is done exactly once, in each of 10 rounds', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { account, tokenHash } = await given(`ended by many ${round}`)
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          (index % 2 ? store() : others()).revoke(account, tokenHash, at(index)),
        ),
      )
      expect(outcomes.toSorted()).toEqual([...Array(19).fill('already'), 'revoked'])
      expect((await store().find(tokenHash))?.revokedAt).toBe(at(outcomes.indexOf('revoked')))
    }
  })
})
