import { describe, expect, test } from 'vitest'
import type { Config } from '../../../shared/config/types.ts'
import { checkAccessToken, readAccessToken } from '../../../shared/http/check-access-token.ts'
import { clientId, seconds } from '../../../shared/protocol/brands.ts'
import { sha256 } from '../../../shared/protocol/hash.ts'
import type { Liveness } from '../../../shared/stores/liveness.ts'
import type { StoredToken } from '../../../shared/stores/tokens.ts'
import { signAccessToken } from '../../../shared/tokens/access-token.ts'
import { verifyAccessToken } from '../../../shared/tokens/verify-access-token.ts'
import { at, newGrant, storedApiToken, storedToken, T0 } from '../../support/grants.ts'
import { preset } from '../../support/presets.ts'
import { publicJwk, signingKey } from '../../support/token-deployment.ts'

const issuer = 'https://auth.example.com'
const opaque = '9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d'
const jwtConfig = preset('default')
const uuidConfig: Config = { ...jwtConfig, accessToken: { format: 'uuid' } }
const revoking = (config: Config): Config => ({
  ...config,
  refresh: { ...config.refresh, revokesAccessToken: true },
})
const alive: Liveness = { grant: newGrant(), isDenied: false }

/** Services where the stored token and its liveness are as told; `asked` says what was looked up. */
function servicesFor(config: Config, liveness: Liveness, stored?: StoredToken) {
  const asked: unknown[] = []
  const services = {
    config,
    keys: async () => ({ keys: [publicJwk] }),
    verify: verifyAccessToken,
    tokens: {
      find: async (hash: string) => {
        asked.push(hash)
        return stored
      },
    },
    liveness: {
      read: async (gid: string, jti?: string) => {
        asked.push([gid, jti])
        return liveness
      },
    },
  }
  return { services, asked }
}
const signed = (different: object = {}) =>
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
      ...different,
    },
    signingKey,
  )

const kinds = [
  {
    kind: 'a JWT',
    check: async (liveness: Liveness, different: object = {}, now = at(1), wrap = (it: Config) => it) => {
      const { services } = servicesFor(wrap(jwtConfig), liveness)
      return checkAccessToken(await signed(different), issuer, now, services)
    },
  },
  {
    kind: 'an opaque token',
    check: async (liveness: Liveness, different: object = {}, now = at(1), wrap = (it: Config) => it) => {
      const { services } = servicesFor(wrap(uuidConfig), liveness, storedToken(different))
      return checkAccessToken(opaque, issuer, now, services)
    },
  },
]

describe.each(kinds)('$kind is good', ({ check }) => {
  const ofClient = { gid: 'client:app', generation: 0 }
  const revokedClient = (revokedAt: number) => ({
    grant: { gid: 'client:app', revokedAt } as never,
    isDenied: false,
  })
  test.each([
    { what: 'while its grant lives', liveness: alive, different: {}, username: 'ada' },
    {
      what: 'of a machine, of which nothing is ever written',
      liveness: { grant: undefined, isDenied: false },
      different: ofClient,
      username: undefined,
    },
    {
      what: 'of a machine whose tokens were revoked before it was issued',
      liveness: revokedClient(at(-1)),
      different: ofClient,
      username: undefined,
    },
    {
      what: 'of an earlier generation, where refreshing ends nothing',
      liveness: { ...alive, grant: newGrant({ generation: 7 }) },
      different: {},
      username: 'ada',
    },
  ])('$what', async ({ liveness, different, username }) => {
    expect(await check(liveness, different)).toMatchObject({
      issuer,
      subject: 'subject-1',
      clientId: 'app',
      scope: ['read'],
      issuedAt: T0,
      expiresAt: at(3600),
      ...(username === undefined ? {} : { username }),
    })
  })

  test('until a second before its end, and not at its end', async () => {
    expect(await check(alive, {}, at(3599))).toBeDefined()
    expect(await check(alive, {}, at(3600))).toBeUndefined()
  })

  test.each([
    { what: 'its grant was revoked', liveness: { ...alive, grant: { ...newGrant(), revokedAt: T0 } } },
    { what: 'it was denied', liveness: { ...alive, isDenied: true } },
    { what: 'its grant is not there', liveness: { grant: undefined, isDenied: false } },
    {
      what: 'a revocation stands where its grant never was',
      liveness: { grant: { gid: 'gid-1', revokedAt: T0 } as never, isDenied: false },
    },
    {
      what: 'something else stands where its grant should be',
      liveness: { grant: { gid: 'gid-1' } as never, isDenied: false },
    },
    {
      what: 'all tokens of its client were revoked in the second that it was issued in',
      liveness: revokedClient(T0),
      different: ofClient,
    },
    {
      what: 'all tokens of its client were revoked later',
      liveness: revokedClient(at(1)),
      different: ofClient,
    },
    {
      what: 'it is a machine’s and was denied',
      liveness: { grant: undefined, isDenied: true },
      different: ofClient,
    },
  ])('but not where $what', async ({ liveness, different }) => {
    expect(await check(liveness, different)).toBeUndefined()
  })

  test.each([
    { of: 'the grant’s generation', generation: 1, isGood: true },
    { of: 'an older one', generation: 2, isGood: false },
    { of: 'a newer one: the table was taken back', generation: 0, isGood: false },
  ])('where refreshing ends access tokens, $of: $isGood', async ({ generation, isGood }) => {
    const liveness = { ...alive, grant: newGrant({ generation }) }
    expect((await check(liveness, {}, at(1), revoking)) !== undefined).toBe(isGood)
  })
})

describe('an opaque token', () => {
  const read = (stored?: StoredToken, text = opaque, config = uuidConfig) => {
    const { services, asked } = servicesFor(config, alive, stored)
    return readAccessToken(text, issuer, at(1), services).then((token) => ({ token, asked }))
  }

  test('is looked up by its hash, and tells what is stored', async () => {
    const stored = storedToken({ username: 'ada' })
    expect(await read(stored)).toEqual({ token: { ...stored, issuer }, asked: [sha256(opaque)] })
  })

  test('that never ends is good for good', async () => {
    const { services } = servicesFor(uuidConfig, alive, storedToken({ expiresAt: undefined } as never))
    const token = await checkAccessToken(opaque, issuer, at(10 ** 10), services)
    expect(token).toMatchObject({ subject: 'subject-1' })
    expect(token?.expiresAt).toBeUndefined()
  })

  test.each([
    { what: 'unknown', stored: undefined },
    { what: 'an API token', stored: storedApiToken() },
    { what: 'revoked', stored: storedToken({ revokedAt: T0 }) },
    { what: 'expired, though the table still has it', stored: storedToken({ expiresAt: at(1) }) },
  ])('is none that is $what', async ({ stored }) => {
    expect((await read(stored)).token).toBeUndefined()
  })

  test.each(['', 'nonsense', `${opaque}\n`, opaque.toUpperCase(), opaque.replace('-4', '-1')])(
    'is not looked up where it cannot be one: %j',
    async (text) => {
      expect(await read(storedToken(), text)).toEqual({ token: undefined, asked: [] })
    },
  )

  test('asks for the liveness of its grant, and for no denial', async () => {
    const { services, asked } = servicesFor(uuidConfig, alive, storedToken())
    await checkAccessToken(opaque, issuer, at(1), services)
    expect(asked).toEqual([sha256(opaque), ['gid-1', undefined]])
  })
})

describe('a JWT', () => {
  test('is never looked up; its grant and its denial are', async () => {
    const { services, asked } = servicesFor(jwtConfig, alive)
    const token = await checkAccessToken(await signed(), issuer, at(1), services)
    expect(asked).toEqual([['gid-1', token?.jti]])
    expect(token?.jti).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('that is none asks nobody', async () => {
    const { services, asked } = servicesFor(jwtConfig, alive)
    expect(await checkAccessToken('a.b.c', issuer, at(1), services)).toBeUndefined()
    expect(asked).toEqual([])
  })

  test('is none where tokens are opaque', async () => {
    const { services } = servicesFor(uuidConfig, alive, storedToken())
    expect(await checkAccessToken(await signed(), issuer, at(1), services)).toBeUndefined()
  })

  test('is told by a failing read to nobody: the failure goes on', async () => {
    const { services } = servicesFor(jwtConfig, alive)
    const failing = { read: async () => Promise.reject(new Error('down')) }
    const asked = checkAccessToken(await signed(), issuer, at(1), { ...services, liveness: failing })
    await expect(asked).rejects.toThrow('down')
  })
})
