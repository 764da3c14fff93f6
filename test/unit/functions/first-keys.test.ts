import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeFirstKeys } from '../../../functions/rotate-keys/first-keys.ts'
import type { SigningAlgorithm } from '../../../shared/config/types.ts'
import { publishedKeys } from '../../../shared/tokens/jwks.ts'
import { generateKey, type NamedJwk, parseKeySet, publicHalf } from '../../../shared/tokens/key-set.ts'
import { memorySecret } from '../../support/memory-secrets.ts'

const clock = () => 1_700_000_000_999

/** The two secrets of a deployment, and the run that fills them. */
function deployment(step?: (call: string) => Promise<void>) {
  const signing = memorySecret(step && ((call) => step(`signing ${call}`)))
  const verification = memorySecret(step && ((call) => step(`verification ${call}`)))
  const make = (algorithm: SigningAlgorithm = 'ES256') =>
    makeFirstKeys({ algorithm, signingKeys: signing.store, verificationKeys: verification.store, clock })
  const signs = () => parseKeySet(signing.text() ?? '{"keys":[]}', 'signing-keys').keys
  const published = () =>
    verification.text() === undefined ? [] : publishedKeys(verification.text() ?? '').keys
  return { signing, verification, make, signs, published }
}
const kids = (keys: readonly NamedJwk[]) => keys.map(({ kid }) => kid)

describe('the first keys', () => {
  test('are one pair: the private half signs, the public one is published', async () => {
    const { signing, verification, make, signs } = deployment()
    await make()
    const [key] = signs()
    if (!key) throw new Error('there is no key')
    expect(JSON.parse(signing.text() ?? '')).toEqual({
      keys: [{ state: 'current', since: 1_700_000_000, jwk: { ...key.jwk, d: expect.any(String) } }],
    })
    expect(JSON.parse(verification.text() ?? '')).toEqual({
      keys: [{ state: 'current', since: 1_700_000_000, jwk: publicHalf(key.jwk) }],
    })
  })

  test.each(['ES256', 'RS256', 'EdDSA'] as const)(
    'are of the configured algorithm: %s',
    async (algorithm) => {
      const { make, signs, published } = deployment()
      await make(algorithm)
      expect([signs()[0]?.jwk.alg, published()[0]?.alg]).toEqual([algorithm, algorithm])
    },
  )

  test('are published before they can sign', async () => {
    const calls: string[] = []
    const { make } = deployment(async (call) => {
      calls.push(call)
    })
    await make()
    expect(calls.filter((call) => call.endsWith('replace'))).toEqual([
      'verification replace',
      'signing replace',
    ])
  })

  test('are made once: a repetition changes nothing, not even for another algorithm', async () => {
    const { signing, verification, make } = deployment()
    await make('ES256')
    const before = [signing.text(), verification.text()]
    await make('ES256')
    await make('RS256')
    expect([signing.text(), verification.text(), signing.versions(), verification.versions()]).toEqual([
      ...before,
      1,
      1,
    ])
  })

  test('are published again where only the private half is left, which is not', async () => {
    const lost = deployment()
    await lost.make()
    const kept = lost.signing
    const verification = memorySecret()
    await makeFirstKeys({
      algorithm: 'ES256',
      signingKeys: kept.store,
      verificationKeys: verification.store,
      clock,
    })
    expect(publishedKeys(verification.text() ?? '').keys).toEqual(lost.published())
    expect(verification.text()).not.toContain('"d"')
  })
})

describe('several runs at once', () => {
  test('end with one signing key that is published, in whatever order their calls arrive', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 2, max: 3 }), async (scheduler, runs) => {
        const { make, signs, published } = deployment((call) => scheduler.schedule(Promise.resolve(), call))
        const all = Promise.all(Array.from({ length: runs }, () => make()))
        await scheduler.waitFor(all)
        const [key, ...more] = signs()
        expect(more).toEqual([])
        expect(kids(published())).toContain(key?.jwk.kid)
        expect(new Set(kids(published())).size).toBe(published().length)
      }),
      { numRuns: 50 },
    )
  })
})

describe('a run that ends half-way', () => {
  test.each([1, 2, 3, 4])('at call %i is completed by the next one', async (crashAt) => {
    let calls = 0
    const { make, signs, published } = deployment(async () => {
      calls += 1
      if (calls === crashAt) throw new Error('the function was ended')
    })
    await expect(make()).rejects.toThrow(new Error('the function was ended'))
    await make()
    const [key, ...more] = signs()
    expect(more).toEqual([])
    expect(kids(published())).toContain(key?.jwk.kid)
  })

  test('never leaves a key that signs and is not published', async () => {
    for (const crashAt of [1, 2, 3, 4]) {
      let calls = 0
      const { make, signs, published } = deployment(async () => {
        calls += 1
        if (calls === crashAt) throw new Error('the function was ended')
      })
      await expect(make()).rejects.toThrow(new Error('the function was ended'))
      expect(signs().filter(({ jwk }) => !kids(published()).includes(jwk.kid))).toEqual([])
    }
  })
})

describe('it gives up', () => {
  test('when the published keys change again and again under its hands', async () => {
    const verification = memorySecret()
    const meddling = {
      current: verification.store.current,
      replace: async () => {
        const { public: jwk } = await generateKey('ES256')
        const text = JSON.stringify({ keys: [{ state: 'current', since: 0, jwk }] })
        await verification.store.replace(await verification.store.current(), text)
        return false
      },
    }
    const signing = memorySecret()
    await expect(
      makeFirstKeys({ algorithm: 'EdDSA', signingKeys: signing.store, verificationKeys: meddling, clock }),
    ).rejects.toThrow(
      new Error('the published keys were changed by others again and again; deploy once more'),
    )
    expect([signing.text(), verification.versions()]).toEqual([undefined, 10])
  })

  test.each(['signing-keys', 'verification-keys'] as const)(
    'on a %s secret that holds something else',
    async (name) => {
      const { signing, verification, make } = deployment()
      const secret = name === 'signing-keys' ? signing : verification
      await secret.store.replace(undefined, 'a-random-password')
      await expect(make()).rejects.toThrow(new Error(`the secret ${name} does not hold a key set`))
      expect(secret.text()).toBe('a-random-password')
    },
  )
})
