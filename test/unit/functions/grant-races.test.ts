/** What ends while a grant begins: both ask again once the grant is written, so one of the two sees the other. */
import { beforeEach, describe, expect, test } from 'vitest'
import { authorizationCode } from '../../../functions/grants/authorization_code/authorization-code.ts'
import { password } from '../../../functions/grants/password/password.ts'
import { epochSeconds } from '../../../shared/protocol/brands.ts'
import { hashPassword } from '../../../shared/protocol/password.ts'
import type { Consent } from '../../../shared/stores/consents.ts'
import type { User } from '../../../shared/stores/users.ts'
import { gidOf, newGrantId } from '../../../shared/tokens/refresh-token.ts'
import { oauthError } from '../../support/errors.ts'
import { authorizationCode as codeRecord, T0, user } from '../../support/grants.ts'
import { preset } from '../../support/presets.ts'
import { refreshKeys, signingKey } from '../../support/token-deployment.ts'
import { appClient } from '../../support/world.ts'

const refused = 'The grant is invalid, expired, revoked or not for this client'
const client = appClient({ firstParty: true })
const source = async () => '192.0.2.7'
const right = 'correct horse battery staple'

let created: string[]
let revoked: string[]
beforeEach(() => {
  created = []
  revoked = []
})
const issuing = {
  config: preset('butlr'),
  issuer: 'https://auth.example.com',
  signingKey: async () => signingKey,
  refreshKeys: async () => refreshKeys,
  grants: { create: async ({ gid }: { gid: string }) => void created.push(gid) },
  tokens: { create: async () => {} },
  revocations: { revoke: async (gid: string) => void revoked.push(gid) },
}

describe('a consent that is withdrawn while its code is exchanged', () => {
  const grantId = newGrantId()
  const code = codeRecord({ grantId: grantId.toString('base64url') })
  const exchange = (consents: readonly (Consent | undefined)[]) => {
    const answers = [...consents]
    return authorizationCode.issue(
      {
        client,
        parameters: { code: 'code', redirect_uri: undefined, code_verifier: undefined },
        source,
        now: T0,
      },
      {
        ...issuing,
        codes: { find: async () => code, consume: async () => 'consumed' as const },
        consents: { find: async () => answers.shift() },
      },
    )
  }
  const given: Consent = {
    username: code.username,
    clientId: client.clientId,
    scope: ['read'],
    grantedAt: T0,
  }

  test('ends the grant that began in between', async () => {
    const withdrawn = { ...given, scope: [], validAfter: code.issuedAt }
    await expect(exchange([given, withdrawn])).rejects.toThrow(
      oauthError('invalid_grant', refused, 'the consent was withdrawn meanwhile'),
    )
    expect({ created, revoked }).toEqual({ created: [gidOf(grantId)], revoked: [gidOf(grantId)] })
  })
  test('leaves a grant alone whose consent stands', async () => {
    await expect(exchange([given, given])).resolves.toMatchObject({ accessToken: expect.any(String) })
    expect({ created, revoked }).toEqual({ created: [gidOf(grantId)], revoked: [] })
  })
})

describe('a password that is changed while it is used', () => {
  const use = async (versionAfter: number) => {
    const known: User = user({ passwordHash: await hashPassword(right), sessionVersion: 1 })
    const answers = [known, { ...known, sessionVersion: versionAfter }]
    const counted = { key: 'k', attempts: 1, windowStart: T0, windowEnd: epochSeconds(T0 + 900) }
    return password.issue(
      { client, parameters: { username: 'ada', password: right, scope: ['read'] }, source, now: T0 },
      {
        ...issuing,
        consents: { allow: async () => {} },
        signIn: {
          limits: issuing.config.signIn,
          users: { find: async () => answers.shift(), rehash: async () => {} },
          attempts: { count: async () => ({ ...counted, attempt: 'a' }) as never, takeBack: async () => {} },
        },
      },
    )
  }

  test('ends the grant that began in between', async () => {
    await expect(use(2)).rejects.toThrow(
      oauthError('invalid_grant', refused, 'the password was changed meanwhile'),
    )
    expect(created).toHaveLength(1)
    expect(revoked).toEqual(created)
  })
  test('leaves a grant alone whose password stands', async () => {
    await expect(use(1)).resolves.toMatchObject({ accessToken: expect.any(String) })
    expect(revoked).toEqual([])
  })
})
