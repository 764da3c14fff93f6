import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { GitHubStandIn } from '../../../infra/local/stand-ins/github.ts'
import { appJwts } from '../../../shared/vending/github/app-jwt.ts'
import { APP_ID, appKeys, fakeGitHub } from '../../support/fake-github.ts'
import { rawRequest } from '../../support/raw-request.ts'

let server: GitHubStandIn
beforeAll(async () => {
  server = await fakeGitHub()
})
afterAll(() => server.close())

const appJwt = appJwts(APP_ID, async () => appKeys.pkcs1, Date.now)

async function ask(method: string, path: string, authorization: string, body?: unknown) {
  const answer = await fetch(`${server.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${authorization}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: answer.status, body: await answer.json() }
}

const mint = async (body: unknown) =>
  ask('POST', '/app/installations/7001/access_tokens', await appJwt(), body)

describe('GET /installation/repositories', () => {
  test.each([
    { level: 'read', push: false },
    { level: 'write', push: true },
  ])('tells what contents:$level may do in each of the token’s repositories', async ({ level, push }) => {
    const minted = await mint({ repositories: ['silk', 'cotton'], permissions: { contents: level } })
    const { token } = minted.body as { token: string }
    const repository = (name: string) => ({
      id: 7_001_000 + name.length,
      name,
      full_name: `Acme/${name}`,
      private: true,
      owner: { login: 'Acme' },
      permissions: { admin: false, maintain: false, push, triage: false, pull: true },
    })
    expect(await ask('GET', '/installation/repositories', token)).toEqual({
      status: 200,
      body: { total_count: 2, repositories: [repository('silk'), repository('Cotton')] },
    })
  })
})

describe('an App’s JWT is taken only', () => {
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const now = Math.floor(Date.now() / 1000)
  const good = { iss: APP_ID, iat: now - 60, exp: now + 540 }
  const ours = createPrivateKey(appKeys.pkcs1)
  const undecodable = 'A JSON web token could not be decoded'

  function jwt(claims: object, { alg = 'RS256', key = ours }: { alg?: string; key?: KeyObject } = {}) {
    const text = [{ alg, typ: 'JWT' }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`
  }

  test('when nothing is wrong with it', async () => {
    const { status } = await ask('GET', '/orgs/acme/installation', jwt(good))
    expect(status).toBe(200)
  })

  test.each([
    { what: 'of its own key', token: jwt(good, { key: stranger }), message: undecodable },
    { what: 'of RS256', token: jwt(good, { alg: 'RS512' }), message: undecodable },
    { what: 'signed at all', token: jwt(good, { alg: 'none' }).replace(/[^.]*$/, ''), message: undecodable },
    { what: 'when it is one', token: 'nonsense', message: undecodable },
    {
      what: 'of this App',
      token: jwt({ ...good, iss: '1' }),
      message: "'Issuer' claim ('iss') must be the App's id",
    },
    {
      what: 'before its end',
      token: jwt({ ...good, exp: now - 1 }),
      message: "'Expiration time' claim ('exp') must be in the future",
    },
    {
      what: 'with an end',
      token: jwt({ ...good, exp: undefined }),
      message: "'Expiration time' claim ('exp') must be in the future",
    },
    {
      what: 'for ten minutes at most',
      token: jwt({ ...good, exp: now + 660 }),
      message: "'Expiration time' claim ('exp') is too far in the future",
    },
    {
      what: 'once it is issued',
      token: jwt({ ...good, iat: now + 60 }),
      message: "'Issued at' claim ('iat') must be in the past",
    },
  ])('$what: else 401', async ({ token, message }) => {
    expect(await ask('POST', '/app/installations/7001/access_tokens', token, {})).toEqual({
      status: 401,
      body: { message },
    })
  })
})

describe('a token is granted only', () => {
  const unknown =
    'There is at least one repository that does not exist or is not accessible to the parent installation.'
  const excess = 'The permissions requested are not granted to this installation.'

  test.each([
    { what: 'of repositories that are there', body: { repositories: ['silk', 'gone'] }, message: unknown },
    { what: 'with permissions of the App', body: { permissions: { checks: 'read' } }, message: excess },
    { what: 'at levels of the App', body: { permissions: { issues: 'write' } }, message: excess },
    { what: 'at levels that there are', body: { permissions: { contents: 'all' } }, message: excess },
    { what: 'at levels that are texts', body: { permissions: { contents: null } }, message: excess },
    {
      what: 'of at most 500 repositories',
      body: { repositories: Array.from({ length: 501 }, () => 'silk') },
      message: 'Too many repositories',
    },
  ])('$what: else 422', async ({ body, message }) => {
    expect(await mint(body)).toEqual({ status: 422, body: { message } })
  })

  test.each([
    { body: null, message: 'Body should be a JSON object' },
    { body: [], message: 'Body should be a JSON object' },
    { body: 'silk', message: 'Body should be a JSON object' },
  ])('to a body that is an object, and not $body: else 400', async ({ body, message }) => {
    expect(await mint(body)).toEqual({ status: 400, body: { message } })
  })

  test('at an installation that is there: else 404', async () => {
    expect(await ask('POST', '/app/installations/1/access_tokens', await appJwt(), {})).toEqual({
      status: 404,
      body: { message: 'Not Found' },
    })
  })
})

describe('nothing that is sent ends the process', () => {
  test.each([
    { path: '/orgs/%ff/installation', status: 400, message: 'Bad Request' },
    { path: '//', status: 404, message: 'Not Found' },
    { path: '/../app', status: 404, message: 'Not Found' },
  ])('$path: $status', async ({ path, status, message }) => {
    const headers = [['Authorization', `Bearer ${await appJwt()}`]] as const
    const answer = await rawRequest(server.url, { path, headers })
    expect({ status: answer.status, body: answer.body }).toEqual({ status, body: { message } })
  })

  test('a body that is not sent to its end', async () => {
    const { hostname, port } = new URL(server.url)
    const socket = connect(Number(port), hostname).resume()
    socket.end('POST /app/installations/7001/access_tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{')
    await once(socket, 'close')
    expect((await mint({ repositories: ['silk'] })).status).toBe(201)
  })
})
