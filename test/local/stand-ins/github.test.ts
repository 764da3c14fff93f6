import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { GitHubStandIn } from '../../../infra/local/stand-ins/github.ts'
import { appJwts } from '../../../shared/vending/github/app-jwt.ts'
import { APP_ID, appKeys, fakeGitHub } from '../../support/fake-github.ts'

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

const mint = async (body: object) =>
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
