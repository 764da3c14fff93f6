import { describe, expect, test } from 'vitest'
import { epochSeconds } from '../../../shared/protocol/brands.ts'
import { seal } from '../../../shared/tokens/sealed-token.ts'
import { openSession, type Session, sealSession } from '../../../shared/tokens/session-token.ts'
import { newSymmetricKeys, parseSymmetricKeys } from '../../../shared/tokens/symmetric-keys.ts'

const now = epochSeconds(1_700_000_000)
const keys = parseSymmetricKeys(newSymmetricKeys(now), 'session-keys')
const limits = { idleSeconds: 600, absoluteSeconds: 3_600 }
const settings = { issuer: 'https://auth.example', keys, limits }
const session: Session = {
  id: 'an-id',
  username: 'ada',
  subject: 'subject-of-ada',
  sessionVersion: 3,
  authTime: now,
}
const later = (seconds: number) => epochSeconds(now + seconds)

describe('a session', () => {
  test('is read as it was sealed, and cannot be read by its bearer', async () => {
    const text = await sealSession(session, settings, now)
    expect(await openSession(text, settings, now)).toEqual(session)
    expect(text).toMatch(/^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/)
    expect(Buffer.from(text.split('.')[3] ?? '', 'base64url').toString('latin1')).not.toContain('ada')
  })

  test('ends when it has been idle, and goes on when it was used before', async () => {
    const text = await sealSession(session, settings, now)
    expect(await openSession(text, settings, later(599))).toEqual(session)
    expect(await openSession(text, settings, later(600))).toBeUndefined()
    const used = await sealSession(session, settings, later(599))
    expect(await openSession(used, settings, later(1_198))).toEqual(session)
  })

  test('ends at its absolute limit, however much it is used', async () => {
    const used = await sealSession(session, settings, later(3_500))
    expect(await openSession(used, settings, later(3_599))).toEqual(session)
    expect(await openSession(used, settings, later(3_600))).toBeUndefined()
  })

  test('ends by limits that were shortened after it was sealed', async () => {
    const text = await sealSession(session, settings, now)
    const shorter = { ...settings, limits: { idleSeconds: 60, absoluteSeconds: 120 } }
    expect(await openSession(text, shorter, later(60))).toBeUndefined()
    const used = await sealSession(session, settings, later(100))
    expect(await openSession(used, shorter, later(121))).toBeUndefined()
  })
})

describe('no session is', () => {
  test('another issuer’s', async () => {
    const text = await sealSession(session, settings, now)
    expect(await openSession(text, { ...settings, issuer: 'https://other.example' }, now)).toBeUndefined()
  })

  test('one under a key that is not ours', async () => {
    const foreign = parseSymmetricKeys(newSymmetricKeys(now), 'session-keys')
    const text = await sealSession(session, { ...settings, keys: foreign }, now)
    expect(await openSession(text, settings, now)).toBeUndefined()
  })

  test('one under a forged key id', async () => {
    const { secret } = parseSymmetricKeys(newSymmetricKeys(now), 'session-keys').current
    const forged = { current: { ...keys.current, secret }, find: () => undefined }
    const text = await sealSession(session, { ...settings, keys: forged }, now)
    expect(await openSession(text, settings, now)).toBeUndefined()
  })

  test('a sealed text of another purpose', async () => {
    const text = await seal(
      { sid: 'x', sub: 's', username: 'ada', ver: 3, auth_time: now },
      { ...settings, purpose: 'upstream-sign-in' },
      now,
      later(600),
    )
    expect(await openSession(text, settings, now)).toBeUndefined()
  })

  test('one with any part changed', async () => {
    const text = await sealSession(session, settings, now)
    const parts = text.split('.')
    const changed = parts.map((part, index) =>
      parts
        .map((other, place) => (place === index ? `A${part.slice(1)}B`.slice(part === '' ? 0 : 1) : other))
        .join('.'),
    )
    for (const candidate of changed) expect(await openSession(candidate, settings, now)).toBeUndefined()
  })

  test.each(['', 'x', '....', 'e30.e30.e30', `eyJhbGciOiJub25lIn0.e30.`])('%j', async (text) => {
    expect(await openSession(text, settings, now)).toBeUndefined()
  })
})

test('goes on under a key that was rotated out', async () => {
  const text = await sealSession(session, settings, now)
  const next = parseSymmetricKeys(newSymmetricKeys(now), 'session-keys').current
  const rotated = {
    current: next,
    find: (keyId: string) => (keyId === next.keyId ? next : keys.find(keyId)),
  }
  expect(await openSession(text, { ...settings, keys: rotated }, now)).toEqual(session)
})
