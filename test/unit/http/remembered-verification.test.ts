import { beforeEach, describe, expect, test, vi } from 'vitest'
import { rememberedVerification } from '../../../shared/http/remembered-verification.ts'
import { clientId, epochSeconds, seconds } from '../../../shared/protocol/brands.ts'
import { signAccessToken } from '../../../shared/tokens/access-token.ts'
import { type VerifiedAccessToken, verifyAccessToken } from '../../../shared/tokens/verify-access-token.ts'
import { at, T0 } from '../../support/grants.ts'
import { publicJwk, signingKey } from '../../support/token-deployment.ts'

// It does what it does, and is watched at it.
vi.mock('../../../shared/tokens/verify-access-token.ts', { spy: true })

const issuer = 'https://auth.example.com'
const keys = { keys: [publicJwk] }
const otherKeys = { keys: [{ ...publicJwk, kid: 'another' }] }
const clock = { now: Number(T0) }
beforeEach(() => {
  clock.now = T0
})

const newToken = () =>
  signAccessToken(
    {
      issuer,
      audience: issuer,
      subject: 'subject-1',
      clientId: clientId('app'),
      scope: ['read'],
      gid: 'gid-1',
      generation: 1,
      issuedAt: T0,
      lifetime: seconds(3600),
    },
    signingKey,
  )

/** A memory of its own, asked as at the clock's time; `signatures` tells how many were checked. */
function remembering() {
  vi.mocked(verifyAccessToken).mockClear()
  const verify = rememberedVerification(() => clock.now * 1000)
  return {
    ask: (text: string, published: { keys: (typeof publicJwk)[] } = keys, by = issuer) =>
      verify(text, published, by, epochSeconds(clock.now)),
    signatures: () => vi.mocked(verifyAccessToken).mock.calls.length,
  }
}

describe('a verified token', () => {
  test('is verified once, and told the same ever after', async () => {
    const { ask, signatures } = remembering()
    const text = await newToken()
    const first = await ask(text)
    expect(first).toMatchObject({ kid: publicJwk.kid, issuer, subject: 'subject-1', expiresAt: at(3600) })
    expect([await ask(text), await ask(text), signatures()]).toEqual([first, first, 1])
  })

  test('is remembered by its whole text: another one, or one letter else, is verified for itself', async () => {
    const { ask, signatures } = remembering()
    const text = await newToken()
    await ask(text)
    const forged = text.slice(0, -4) + (text.at(-4) === 'A' ? 'B' : 'A') + text.slice(-3)
    expect(await ask(forged)).toBeUndefined()
    expect(await ask(await newToken())).toBeDefined()
    expect(signatures()).toBe(3)
  })

  test('is remembered by one instance, and not by another', async () => {
    const text = await newToken()
    await remembering().ask(text)
    const { ask, signatures } = remembering()
    await ask(text)
    expect(signatures()).toBe(1)
  })
})

describe('what is remembered is not good', () => {
  test('from the second of its end on', async () => {
    const { ask, signatures } = remembering()
    const text = await newToken()
    await ask(text)
    clock.now = at(3599)
    expect([await ask(text), signatures()]).toEqual([expect.anything(), 1])
    clock.now = at(3600)
    expect(await ask(text)).toBeUndefined()
  })

  test('by the time that is asked about, though the clock be behind', async () => {
    const verify = rememberedVerification(() => clock.now * 1000)
    const text = await newToken()
    expect(await verify(text, keys, issuer, T0)).toBeDefined()
    expect(await verify(text, keys, issuer, at(3600))).toBeUndefined()
  })

  test('once its key is published no more, and again once it is', async () => {
    const { ask } = remembering()
    const text = await newToken()
    await ask(text)
    expect(await ask(text, otherKeys)).toBeUndefined()
    expect(await ask(text, { keys: [] })).toBeUndefined()
    expect(await ask(text, { keys: [...otherKeys.keys, ...keys.keys] })).toBeDefined()
  })

  test('at another issuer, and is at its own still', async () => {
    const { ask } = remembering()
    const text = await newToken()
    await ask(text)
    expect(await ask(text, keys, `${issuer}/tenant`)).toBeUndefined()
    expect(await ask(text)).toBeDefined()
  })
})

describe('the memory', () => {
  test('holds no junk, which is verified each time', async () => {
    const { ask, signatures } = remembering()
    for (const junk of ['', 'junk', 'a.b.c', 'junk', 'junk']) expect(await ask(junk)).toBeUndefined()
    expect(signatures()).toBe(5)
  })

  /** Verified without a signature, to fill the memory fast. */
  const madeUp = { kid: publicJwk.kid, issuer, expiresAt: at(3600) } as VerifiedAccessToken

  test('is not emptied by junk, however much', async () => {
    const { ask, signatures } = remembering()
    const text = await newToken()
    await ask(text)
    vi.mocked(verifyAccessToken).mockResolvedValue(undefined)
    for (let index = 0; index < 3000; index += 1) await ask(`junk ${index}`)
    const before = signatures()
    expect([await ask(text), signatures()]).toEqual([expect.anything(), before])
  })

  test('holds 2,000 tokens, and forgets the oldest', async () => {
    const { ask, signatures } = remembering()
    vi.mocked(verifyAccessToken).mockResolvedValue(madeUp)
    for (let index = 0; index <= 2000; index += 1) await ask(`token ${index}`)
    expect(signatures()).toBe(2001)
    await ask('token 1')
    await ask('token 2000')
    expect(signatures()).toBe(2001)
    await ask('token 0')
    expect(signatures()).toBe(2002)
  })
})
