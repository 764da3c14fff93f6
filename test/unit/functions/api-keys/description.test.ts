import fc from 'fast-check'
import { expect, test } from 'vitest'
import { describeKey } from '../../../../functions/api-keys/description.ts'

const key = { tier: 'premium', value: 'v' }

test('an account’s key is named by the hash of its id, and told by the id itself', () => {
  expect(describeKey('Scrip', 'acme', key)).toEqual({
    // printf acme | sha256sum
    name: 'Scrip/premium/822b33ad87c148a0a20a5ba7cd5ebcaa68d36a18e7aad165554903f52ca82757',
    description: 'Scrip: account acme on the tier premium',
    value: 'v',
  })
})

test('whatever an account’s id is, its key can be named and told', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 255 }), (id) => {
      const { name, description } = describeKey('S'.repeat(40), id, { ...key, tier: 't'.repeat(40) })
      expect(name).toMatch(/^[A-Za-z0-9/_-]{1,150}$/)
      expect(description).toMatch(/^[\x20-\x7e]{1,300}$/)
    }),
  )
})
