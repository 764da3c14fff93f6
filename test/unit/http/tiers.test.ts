import { describe, expect, test } from 'vitest'
import { tierOfAccount } from '../../../shared/http/tiers.ts'

const rateLimits = {
  defaultTier: 'free',
  tiers: { free: { requestsPerMinute: 60 }, pro: { requestsPerMinute: 300 } },
}
const free = { name: 'free', requestsPerMinute: 60 }

describe('the tier of an account', () => {
  test.each([
    { what: 'the one that it names', tier: 'pro', wanted: { name: 'pro', requestsPerMinute: 300 } },
    { what: 'the default one, where it names that', tier: 'free', wanted: free },
    { what: 'the default one, where it names none', tier: undefined, wanted: free },
    { what: 'the default one, where its own is no more', tier: 'gone', wanted: free },
    { what: 'the default one, where its own is empty', tier: '', wanted: free },
    { what: 'the default one, whatever objects have of their own', tier: 'toString', wanted: free },
    { what: 'the default one, whatever objects inherit', tier: '__proto__', wanted: free },
  ])('is $what', ({ tier, wanted }) => {
    const account = { accountId: 'acme', ...(tier === undefined ? {} : { tier }) }
    expect(tierOfAccount(rateLimits, account)).toEqual(wanted)
  })

  test('is the default one without an account', () => {
    expect(tierOfAccount(rateLimits, undefined)).toEqual(free)
  })

  test('does not depend on a key of its own, which may be of an older tier', () => {
    const account = {
      accountId: 'acme',
      tier: 'pro',
      apiKey: { id: 'k', value: 'v', tier: 'free', plan: 'p' },
    }
    expect(tierOfAccount(rateLimits, account).name).toBe('pro')
  })
})

test('a default tier that is none is a fault of the deployment', () => {
  expect(() => tierOfAccount({ ...rateLimits, defaultTier: 'gone' }, undefined)).toThrow(
    new Error('the configuration has no tier gone'),
  )
})
