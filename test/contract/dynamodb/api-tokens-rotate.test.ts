import { describe, expect, test } from 'vitest'
import type { NewApiToken } from '../../../shared/protocol/api-token.ts'
import { token, useApiTokens } from '../../support/api-tokens.ts'
import { recordCommands } from '../../support/dynamodb.ts'
import { at, storedToken } from '../../support/grants.ts'

const { connect, store, others, table, given } = useApiTokens()
const kept = at(5 + 90 * 86_400)
const successor = (tokenHash: string) => (old: NewApiToken) => ({
  record: { ...token(tokenHash), account: old.account },
  text: `text of ${tokenHash}`,
})

describe('rotating', () => {
  test('puts the successor in the token’s place, and each names the other', async () => {
    const old = await given('old')
    const outcome = await store().rotate(old.account, 'old', at(5), successor('new'))
    expect(outcome).toEqual({ outcome: 'rotated', successor: successor('new')(old) })
    expect(await others().list(old.account)).toEqual([
      { ...successor('new')(old).record, replaces: 'old' },
      { ...old, revokedAt: at(5), revokedBecause: 'rotated', replacedBy: 'new', expiresAt: kept },
    ])
  })

  test.each([
    { what: 'another account’s', different: { account: 'theirs' }, outcome: 'unknown' },
    { what: 'one that was revoked', different: { revokedAt: at(1) }, outcome: 'already' },
    { what: 'one that has expired', different: { expiresAt: at(5) }, outcome: 'expired' },
  ])('$what makes none, and changes nothing', async ({ what, different, outcome }) => {
    const old = await given(what, { account: 'mine', ...different })
    expect(await store().rotate('mine', what, at(5), successor(`after ${what}`))).toEqual({ outcome })
    expect(await store().find(what)).toEqual(old)
    expect(await store().find(`after ${what}`)).toBeUndefined()
  })

  test('what never was, or is no API token, makes none', async () => {
    await table().create(storedToken({ tokenHash: 'access to rotate' }))
    expect([
      await store().rotate('acme', 'never to rotate', at(5), successor('s1')),
      await store().rotate('acme', 'access to rotate', at(5), successor('s2')),
    ]).toEqual([{ outcome: 'unknown' }, { outcome: 'unknown' }])
    expect([await store().find('s1'), await store().find('s2')]).toEqual([undefined, undefined])
  })

  test('by ten at once gives exactly one live successor, in each of 10 rounds', async () => {
    for (let round = 0; round < 10; round += 1) {
      const tokenHash = `contested ${round}`
      const { account } = await given(tokenHash)
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          (index % 2 ? store() : others()).rotate(account, tokenHash, at(5), successor(`${round}.${index}`)),
        ),
      )
      const winners = outcomes.flatMap((result) =>
        result.outcome === 'rotated' ? [result.successor.record.tokenHash] : [],
      )
      expect(winners.length).toBe(1)
      expect(outcomes.filter(({ outcome }) => outcome !== 'rotated')).toEqual(
        Array(9).fill({ outcome: 'already' }),
      )
      const listed = await store().list(account)
      expect(listed.map(({ tokenHash: hash, revokedBecause }) => [hash, revokedBecause]).toSorted()).toEqual([
        [winners[0], undefined],
        [tokenHash, 'rotated'],
      ])
    }
  })

  test('against revoking: whoever is first wins, and a revoked token has no live successor', async () => {
    for (let round = 0; round < 25; round += 1) {
      const tokenHash = `revoked while rotating ${round}`
      const next = `next ${round}`
      const { account } = await given(tokenHash)
      const [rotation, revocation] = await Promise.all([
        store().rotate(account, tokenHash, at(5), successor(next)),
        others().revoke(account, tokenHash, at(5)),
      ])
      expect([
        ['rotated', 'already', true, 'rotated'],
        ['already', 'revoked', false, 'revoked'],
      ]).toContainEqual([
        rotation.outcome,
        revocation,
        (await store().find(next)) !== undefined,
        (await store().find(tokenHash))?.revokedBecause,
      ])
    }
  })

  test('that fails in between leaves the owner the old token, which is what it still has', async () => {
    const old = await given('half rotated')
    const connection = await connect()
    connection.middlewareStack.add(
      (next, { commandName }) =>
        (args) => {
          if (commandName === 'UpdateItemCommand') throw new Error('down')
          return next(args)
        },
      { step: 'initialize', name: 'fail-updates' },
    )
    const rotation = store(connection).rotate(old.account, 'half rotated', at(5), successor('unanswered'))
    await expect(rotation).rejects.toThrow('down')
    expect(await store().list(old.account)).toEqual([old])
  })

  test('that fails, as does what should clean up after it, tells what failed first', async () => {
    const old = await given('never ended')
    const connection = await connect()
    connection.middlewareStack.add(
      (next, { commandName }) =>
        (args) => {
          if (commandName === 'UpdateItemCommand') throw new Error('down')
          if (commandName === 'DeleteItemCommand') throw new Error('still down')
          return next(args)
        },
      { step: 'initialize', name: 'fail-changes' },
    )
    const rotation = store(connection).rotate(old.account, 'never ended', at(5), successor('left behind'))
    await expect(rotation).rejects.toThrow(new Error('down'))
    expect(await store().find('never ended')).toEqual(old)
    expect(await store().find('left behind')).toMatchObject({ replaces: 'never ended' })
  })

  /** A connection on which updates are applied, and no answer comes to them however often they are sent. */
  async function withoutAnswers(fallsSilent = false) {
    const connection = await connect()
    let isSilent = false
    connection.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (isSilent) throw new Error('still no answer')
          const answer = await next(args)
          if (commandName !== 'UpdateItemCommand') return answer
          isSilent = fallsSilent
          throw new Error('no answer')
        },
      { step: 'initialize', name: 'lose-answers' },
    )
    return connection
  }

  test('of which no answer tells that it was done is done all the same: the owner gets the new token', async () => {
    const old = await given('unanswered for good')
    const connection = await withoutAnswers()
    const rotation = await store(connection).rotate(old.account, old.tokenHash, at(5), successor('heard of'))
    expect(rotation).toEqual({ outcome: 'rotated', successor: successor('heard of')(old) })
    expect(await store().list(old.account)).toMatchObject([
      { tokenHash: 'heard of', replaces: old.tokenHash },
      { tokenHash: old.tokenHash, revokedBecause: 'rotated', replacedBy: 'heard of' },
    ])
  })

  test('of which nothing can be read either fails, and deletes no token that may be the live one', async () => {
    const old = await given('silenced')
    const connection = await withoutAnswers(true)
    const rotation = store(connection).rotate(old.account, old.tokenHash, at(5), successor('unheard of'))
    await expect(rotation).rejects.toThrow(new Error('no answer'))
    expect(await store().find('unheard of')).toMatchObject({ replaces: old.tokenHash })
  })

  test('costs a read and two writes', async () => {
    const { account } = await given('counted')
    const connection = await connect()
    const commands = recordCommands(connection)
    await store(connection).rotate(account, 'counted', at(5), successor('counted next'))
    expect(commands).toEqual(['GetItemCommand', 'PutItemCommand', 'UpdateItemCommand'])
  })
})
