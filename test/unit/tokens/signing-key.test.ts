import { describe, expect, test } from 'vitest'
import { generateKey, type NamedJwk } from '../../../shared/tokens/key-set.ts'
import { currentSigningKey } from '../../../shared/tokens/signing-key.ts'

const first = await generateKey('ES256')
const second = await generateKey('ES256')
const document = (...keys: [state: string, jwk: NamedJwk][]) =>
  JSON.stringify({ keys: keys.map(([state, jwk]) => ({ state, since: 0, jwk })) })

test.each([
  { what: 'the only one', text: document(['current', first.private]), key: first },
  {
    what: 'before a next one',
    text: document(['current', first.private], ['next', second.private]),
    key: first,
  },
  {
    what: 'after a retired one',
    text: document(['retired', first.private], ['current', second.private]),
    key: second,
  },
])('the current key signs: $what', async ({ text, key }) => {
  expect(await currentSigningKey(text)).toEqual({
    kid: key.private.kid,
    alg: 'ES256',
    key: expect.objectContaining({ type: 'private', extractable: false, usages: ['sign'] }),
  })
})

describe('there is no signing key', () => {
  const symmetric = { kty: 'oct', k: 'dmVyeS1wcml2YXRl', kid: 'oct-1', alg: 'HS256', use: 'sig' } as const
  test.each([
    { what: 'without any key', text: document(), message: 'signing-keys holds no current key' },
    {
      what: 'without a current one',
      text: document(['next', first.private], ['retired', second.private]),
      message: 'signing-keys holds no current key',
    },
    {
      what: 'where only its public half is there',
      text: document(['current', first.public]),
      message: `signing key ${first.public.kid} is not a private key`,
    },
    {
      what: 'where it is symmetric',
      text: document(['current', symmetric]),
      message: 'signing key oct-1 is not a private key',
    },
  ])('$what', async ({ text, message }) => {
    await expect(currentSigningKey(text)).rejects.toThrow(new Error(message))
  })
})
