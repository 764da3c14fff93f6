import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientId } from '../../shared/protocol/brands.ts'
import { sha256 } from '../../shared/protocol/hash.ts'
import { tokenStore } from '../../shared/stores/tokens.ts'
import { type OperatedStack, startOperatedStack, withoutLimits } from '../support/operated-stack.ts'
import { type RawAnswer, rawRequest } from '../support/raw-request.ts'
import { client, credentials, secret } from '../support/seeded-apps.ts'

const bearer = (token: unknown) => [['Authorization', `Bearer ${token}`] as const]
const unauthorized = {
  error: 'invalid_token',
  error_description: 'The access token is missing, expired or not valid',
}

describe('Buddy', () => {
  let stack: OperatedStack
  beforeAll(async () => {
    const clients = [
      client('app', { scope: 'WORKSPACE REPOSITORY_WRITE' }),
      client('legacy', { scope: 'WORKSPACE', tokens_never_expire: true }),
    ]
    stack = await startOperatedStack({
      preset: 'buddy',
      edge: true,
      change: withoutLimits,
      seed: { clients },
    })
  })
  afterAll(() => stack?.close())

  const tokenFor = async (id: string, scope: string[]) => {
    const code = await stack.giveCode({ clientId: clientId(id), scope })
    return (await stack.token({ grant_type: 'authorization_code', code, ...credentials(id) })).body
  }
  const ask = (token: unknown, path = '/workspaces') =>
    rawRequest(stack.issuer, { path, headers: token === undefined ? [] : bearer(token) })
  const wrong = { errors: [{ message: 'Wrong authentication data' }] }
  const refusal = (challenge: string) => ({
    status: 401,
    body: wrong,
    type: 'application/json',
    challenge: `Bearer realm="oauth"${challenge}`,
  })
  const brief = ({ status, body, headers }: RawAnswer) => ({
    status,
    body,
    type: headers['content-type'],
    challenge: headers['www-authenticate'],
  })

  test('B2.12 a good token opens the API, as far as its scope contains', async () => {
    const { access_token } = await tokenFor('app', ['WORKSPACE', 'REPOSITORY_WRITE'])
    expect((await ask(access_token)).status).toBe(200)
    const repository = '/workspaces/acme/projects/site/repository/src/index.ts'
    expect((await ask(access_token, repository)).body).toMatchObject({ service: 'sample', path: repository })
    expect((await ask(access_token, '/user')).status).toBe(403)
  })

  test.each([
    { what: 'no token', token: undefined, challenge: '' },
    { what: 'nonsense', token: 'nonsense', challenge: ', error="invalid_token"' },
    { what: 'a UUID that nobody has', token: crypto.randomUUID(), challenge: ', error="invalid_token"' },
  ])('B2.12 $what gets Buddy’s own 401', async ({ token, challenge }) => {
    expect(brief(await ask(token))).toEqual(refusal(challenge))
  })

  test('B2.12 an expired token gets Buddy’s own 401', async () => {
    const { access_token } = await tokenFor('app', ['WORKSPACE'])
    expect((await ask(access_token)).status).toBe(200)
    await expire(String(access_token))
    expect(brief(await ask(access_token))).toEqual(refusal(', error="invalid_token"'))
  })

  test('B2.9 a legacy app’s token has no end, and opens the API', async () => {
    const { access_token } = await tokenFor('legacy', ['WORKSPACE'])
    expect((await ask(access_token)).status).toBe(200)
  })

  test('B2.10 a refresh ends the access token before it', async () => {
    const { access_token, refresh_token } = await tokenFor('app', ['WORKSPACE'])
    const form = { grant_type: 'refresh_token', refresh_token: String(refresh_token), ...credentials('app') }
    const { body } = await stack.token(form)
    expect([(await ask(access_token)).status, (await ask(body.access_token)).status]).toEqual([401, 200])
  })

  test('B2.13 a token that is revoked gets Buddy’s own 401', async () => {
    const { access_token } = await tokenFor('app', ['WORKSPACE'])
    await stack.revoke({ token: String(access_token), ...credentials('app') })
    expect(brief(await ask(access_token))).toEqual(refusal(', error="invalid_token"'))
  })

  /** As if its time had passed. */
  async function expire(token: string): Promise<void> {
    const tokens = tokenStore(stack.db, stack.outputs.TokensTable ?? '')
    const stored = await tokens.find(sha256(token))
    if (!stored) throw new Error('the token is not at rest')
    const Item = { ...stored, expiresAt: Math.floor(Date.now() / 1000) }
    await stack.db.send(new PutCommand({ TableName: stack.outputs.TokensTable, Item }))
  }
})

describe.each([{ edge: true }, { edge: false }])('Butlr, edge: $edge', ({ edge }) => {
  let stack: OperatedStack
  const machine = {
    client_id: 'machine',
    client_secret: secret,
    client_name: 'Machine',
    grant_types: ['client_credentials'],
    scope: 'read',
  }
  beforeAll(async () => {
    const seed = { clients: [machine, client('app', { scope: 'read write' })] }
    stack = await startOperatedStack({ preset: 'butlr', edge, change: withoutLimits, seed })
  })
  afterAll(() => stack?.close())

  const tokenOf = async (scope = 'read') =>
    String(
      (await stack.token({ grant_type: 'client_credentials', scope, ...credentials('machine') })).body
        .access_token,
    )
  const ask = (token: string, path = '/api/v1/sensors', method = 'GET') =>
    rawRequest(stack.issuer, {
      method,
      path: new URL(stack.issuer).pathname.replace(/\/$/, '') + path,
      headers: bearer(token),
    })

  test('B4.1 the API accepts a JWT that verifies against the published JWKS, as an outside verifier finds it', async () => {
    const token = await tokenOf()
    const metadata = (await (
      await fetch(`${stack.issuer}/.well-known/oauth-authorization-server`)
    ).json()) as { issuer: string; jwks_uri: string }
    const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(metadata.jwks_uri)), {
      issuer: metadata.issuer,
      audience: metadata.issuer,
      typ: 'at+jwt',
    })
    const answer = await ask(token)
    expect({ status: answer.status, body: answer.body }).toMatchObject({
      status: 200,
      body: {
        service: 'sample',
        headers: {
          'x-scrip-token-kind': 'access_token',
          'x-scrip-token-id': payload.jti,
          'x-scrip-subject': 'machine',
          'x-scrip-client-id': 'machine',
          'x-scrip-scope': 'read',
        },
      },
    })
    // Remembered, and good still.
    expect((await ask(token)).status).toBe(200)
  })

  test('B4.1 and refuses one whose signature, payload or header was changed', async () => {
    const [header = '', payload = '', signature = ''] = (await tokenOf()).split('.')
    const changed = (text: string) => (text.startsWith('A') ? 'B' : 'A') + text.slice(1)
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const more = Buffer.from(JSON.stringify({ ...claims, scope: 'read write' })).toString('base64url')
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')
    const forged = [
      [header, payload, changed(signature)],
      [header, more, signature],
      [none, payload, ''],
      [none, payload, signature],
      [header, payload],
    ].map((parts) => parts.join('.'))
    for (const token of forged) {
      const { status, body } = await ask(token)
      expect({ token, status, body }).toEqual({ token, status: 401, body: unauthorized })
    }
  })

  test('a revoked JWT is refused at once, although it was remembered', async () => {
    const token = await tokenOf()
    expect((await ask(token)).status).toBe(200)
    await stack.revoke({ token, ...credentials('machine') })
    expect((await ask(token)).status).toBe(401)
  })

  test('a scope that the route needs is asked for: write is not read', async () => {
    const token = await tokenOf()
    expect((await ask(token, '/api/v1/rooms/1', 'PUT')).status).toBe(403)
    expect((await ask(token, '/api/v1/rooms/1')).status).toBe(200)
  })
})
