import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import type { Config } from '../../../shared/config/types.ts'
import { type Authorization, beginGrant, endOf, renewGrant } from '../../../shared/http/issue-tokens.ts'
import { epochSeconds, seconds } from '../../../shared/protocol/brands.ts'
import { sha256 } from '../../../shared/protocol/hash.ts'
import {
  bodyHash,
  firstRefreshToken,
  formatRefreshToken,
  gidOf,
  parseRefreshToken,
} from '../../../shared/tokens/refresh-token.ts'
import { at, newGrant, T0 } from '../../support/grants.ts'
import { preset } from '../../support/presets.ts'
import { memoryIssuing, refreshKeys } from '../../support/token-deployment.ts'
import { appClient } from '../../support/world.ts'

const issuer = 'https://auth.example.com'
const grantId = Buffer.alloc(16, 7)
const gid = gidOf(grantId)
const base = preset('default')
const withFormat = (accessToken: Config['accessToken'], refreshToken: boolean): Config => ({
  ...base,
  accessToken,
  grants: {
    ...base.grants,
    authorization_code: { accessTokenTtlSeconds: 600, refreshToken },
    client_credentials: { accessTokenTtlSeconds: 700, refreshToken, subject: 'client' },
  },
  refresh: { ...base.refresh, ttlSeconds: 1000 },
})
const formats = [
  { format: 'jwt', accessToken: { format: 'jwt' }, pattern: /^[\w-]+\.[\w-]+\.[\w-]+$/ },
  { format: 'uuid', accessToken: { format: 'uuid' }, pattern: /^[0-9a-f-]{36}$/ },
  {
    format: 'prefixed',
    accessToken: { format: 'prefixed', prefix: 'xy_', audience: 'https://api.example.com' },
    pattern: /^xy_[0-9A-Za-z]{39}$/,
  },
] as const
const ofUser = { username: 'ada', subject: 'subject-1', authTime: at(-9) }
const ofMachine = { subject: 'app' }
const authorize = (whom: object, client: object = {}): Authorization => ({
  client: appClient({ account: 'acme', ...client }),
  subject: 'app',
  scope: ['read'],
  requestedScope: ['write'],
  now: T0,
  ...whom,
})

/** Rows: what is told and what was written, for each way to begin. */
const rows = formats.flatMap((format) =>
  [
    { whom: 'a user', of: ofUser, refresh: true, client: {}, expiresIn: 600, ends: 1000 },
    { whom: 'a user', of: ofUser, refresh: false, client: {}, expiresIn: 600, ends: 600 },
    { whom: 'a machine', of: ofMachine, refresh: true, client: {}, expiresIn: 700, ends: 1000 },
    { whom: 'a machine', of: ofMachine, refresh: false, client: {}, expiresIn: 700, ends: undefined },
    {
      whom: 'a client with a lifetime of its own',
      of: ofUser,
      refresh: true,
      client: { accessTokenTtlSeconds: 5000 },
      expiresIn: 5000,
      ends: 5000,
    },
    {
      whom: 'a client that may not refresh',
      of: ofUser,
      refresh: true,
      client: { grantTypes: ['authorization_code'] },
      expiresIn: 600,
      ends: 600,
      noRefresh: true,
    },
    {
      whom: 'a legacy client',
      of: ofUser,
      refresh: true,
      client: { tokensNeverExpire: true, accessTokenTtlSeconds: 5 },
      expiresIn: undefined,
      ends: undefined,
      noJwt: true,
    },
  ]
    .filter((row) => !(row.noJwt && format.format === 'jwt'))
    .map((row) => ({ ...format, ...row })),
)

describe('a grant begins', () => {
  test.each(rows)('$format, for $whom, refresh $refresh', async (row) => {
    const { accessToken, pattern, of, refresh, client, expiresIn, ends } = row
    const withRefresh = refresh && !('noRefresh' in row && row.noRefresh)
    const hasGrant = 'username' in of || withRefresh
    const { written, servicesFor } = memoryIssuing({ config: withFormat(accessToken, refresh) })
    const grantType = 'username' in of ? 'authorization_code' : 'client_credentials'
    const authorization = authorize(of, client)
    const issued = await beginGrant(grantType, authorization, servicesFor(issuer), grantId)
    expect(issued).toEqual({
      accessToken: expect.stringMatching(pattern),
      expiresIn,
      scope: ['read'],
      requestedScope: ['write'],
      ...(withRefresh && {
        refreshToken: { value: expect.stringMatching(/^[0-9A-Za-z]{80}$/), expiresIn: 1000 },
      }),
    })
    const token = parseRefreshToken(issued.refreshToken?.value ?? '', refreshKeys.find, base.refresh)
    const audience = accessToken.format === 'prefixed' ? accessToken.audience : issuer
    const said = { gid: hasGrant ? gid : 'client:app', generation: hasGrant ? 1 : 0 }
    const grant = {
      gid,
      clientId: 'app',
      scope: ['read'],
      grantType,
      generation: 1,
      createdAt: T0,
      ...of,
      ...(token && { currentHash: bodyHash(token), refreshExpiresAt: at(1000) }),
      ...(ends !== undefined && { expiresAt: at(ends) }),
    }
    const { authTime: _, ...person } = { authTime: T0, ...of }
    const stored = {
      tokenHash: sha256(issued.accessToken),
      kind: 'access_token',
      audience,
      clientId: 'app',
      scope: ['read'],
      issuedAt: T0,
      ...person,
      ...said,
      ...(expiresIn !== undefined && { expiresAt: at(expiresIn) }),
    }
    // The grant first, so that whatever a client holds can be revoked.
    expect(written).toEqual([
      ...(hasGrant ? [{ grant }] : []),
      ...(accessToken.format === 'jwt' ? [] : [{ token: stored }]),
    ])
    if (accessToken.format === 'jwt')
      expect(decodeJwt(issued.accessToken)).toMatchObject({
        gid: said.gid,
        gen: said.generation,
        aud: audience,
        exp: at(expiresIn ?? 0),
      })
  })

  test('under a random id each time, unless one was announced', async () => {
    const { written, servicesFor } = memoryIssuing({ config: withFormat({ format: 'uuid' }, true) })
    for (let round = 0; round < 2; round += 1)
      await beginGrant('authorization_code', authorize(ofUser), servicesFor(issuer))
    const gids = written.flatMap((item) => ('grant' in item ? [item.grant.gid] : []))
    expect(new Set([gid, ...gids]).size).toBe(3)
  })

  test('with an ID token where a user allowed openid, also with opaque tokens', async () => {
    const { servicesFor } = memoryIssuing({ config: withFormat({ format: 'uuid' }, true) })
    const openid = { ...authorize(ofUser), scope: ['openid'], nonce: 'n1' }
    const { idToken = '' } = await beginGrant('authorization_code', openid, servicesFor(issuer))
    expect(decodeJwt(idToken)).toMatchObject({
      iss: issuer,
      sub: 'subject-1',
      aud: 'app',
      nonce: 'n1',
      exp: at(600),
    })
  })

  test('with an ID token that ends, where the access token never does', async () => {
    const { servicesFor } = memoryIssuing({ config: withFormat({ format: 'uuid' }, true) })
    const openid = { ...authorize(ofUser, { tokensNeverExpire: true }), scope: ['openid'] }
    const { idToken = '' } = await beginGrant('authorization_code', openid, servicesFor(issuer))
    expect(decodeJwt(idToken).exp).toBe(at(3600))
  })

  test('but nothing is issued when the grant cannot be written', async () => {
    const down = { create: async () => Promise.reject(new Error('down')) }
    const { written, servicesFor } = memoryIssuing({
      config: withFormat({ format: 'uuid' }, true),
      grants: down,
    })
    const begun = beginGrant('authorization_code', authorize(ofUser), servicesFor(issuer))
    await expect(begun).rejects.toThrow('down')
    expect(written).toEqual([])
  })

  test('a JWT that would never end is not written, nor is anything before it', async () => {
    const { written, servicesFor } = memoryIssuing({ config: withFormat({ format: 'jwt' }, true) })
    const legacy = authorize(ofUser, { tokensNeverExpire: true })
    await expect(beginGrant('authorization_code', legacy, servicesFor(issuer))).rejects.toThrow(
      'a JWT access token has to expire (RFC 9068 §2.2)',
    )
    expect(written).toEqual([])
  })

  test('a grant that is not offered is our own mistake', async () => {
    const { servicesFor } = memoryIssuing({ config: { ...base, grants: {} } })
    await expect(beginGrant('password', authorize(ofUser), servicesFor(issuer))).rejects.toThrow(
      'the grant password begins nothing',
    )
  })
})

describe('a grant goes on', () => {
  const token = { ...firstRefreshToken(grantId, refreshKeys.current, base.refresh), generation: 4 }
  const grant = newGrant({ gid, generation: 4, refreshExpiresAt: at(500) })

  test.each(formats)('$format: the tokens of its generation, and nothing else is written', async (row) => {
    const { written, servicesFor } = memoryIssuing({ config: withFormat(row.accessToken, true) })
    const issued = await renewGrant(grant, token, authorize(ofUser), servicesFor(issuer))
    expect(issued).toEqual({
      accessToken: expect.stringMatching(row.pattern),
      expiresIn: 3600,
      scope: ['read'],
      requestedScope: ['write'],
      refreshToken: {
        value: formatRefreshToken(token, refreshKeys.current, base.refresh),
        expiresIn: 500,
      },
    })
    expect(written).toEqual(
      row.format === 'jwt'
        ? []
        : [{ token: expect.objectContaining({ gid, generation: 4, expiresAt: at(3600) }) }],
    )
  })

  test('only where the deployment offers it', async () => {
    const { refresh_token: _, ...grants } = base.grants
    const { servicesFor } = memoryIssuing({ config: { ...base, grants } })
    await expect(renewGrant(grant, token, authorize(ofUser), servicesFor(issuer))).rejects.toThrow(
      'the grant refresh_token is not offered',
    )
  })
})

test.each([
  { lifetime: 10, refreshEnds: 20, ends: at(20) },
  { lifetime: 30, refreshEnds: 20, ends: at(30) },
  { lifetime: 10, refreshEnds: undefined, ends: at(10) },
  { lifetime: undefined, refreshEnds: 20, ends: undefined },
])('a grant’s item is kept for its last token: $lifetime, $refreshEnds', (row) => {
  const lifetime = row.lifetime === undefined ? undefined : seconds(row.lifetime)
  const refreshEnds = row.refreshEnds === undefined ? undefined : at(row.refreshEnds)
  expect(endOf(epochSeconds(T0), lifetime, refreshEnds)).toBe(row.ends)
})
