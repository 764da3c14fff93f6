import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Claims } from '../../infra/local/ci-vendor/ci-token.ts'
import { ciJobs, GITHUB_TOKEN, vendedReply } from '../support/ci-jobs.ts'
import { type OperatedStack, startOperatedStack } from '../support/operated-stack.ts'
import { rawRequest } from '../support/raw-request.ts'

let stack: OperatedStack
beforeAll(async () => {
  stack = await startOperatedStack({ preset: 'ci', edge: true, seed: {}, change: withEverything })
})
afterAll(() => stack?.close())

const { jwt, ask } = ciJobs(() => stack)

describe('CH.7 organization profiles', () => {
  test('list their repositories', async () => {
    const { status, body } = await ask('/organization/token/shared-libs')
    const permissions = ['contents:read', 'metadata:read']
    expect({ status, body }).toEqual({
      status: 200,
      body: vendedReply('shared-libs', ['acme/cotton', 'acme/linen'], permissions),
    })
  })

  test('are narrowed to one of them, and never widened', async () => {
    const scoped = (name: string) => ask(`/organization/token/shared-libs?repository-scope=${name}`)
    expect((await scoped('cotton')).body).toMatchObject({ repositories: ['acme/cotton'] })
    expect((await scoped('silk')).status).toBe(403)
  })

  test('take the repository that the caller names, where they say so', async () => {
    const { body } = await ask('/organization/token/any-library?repository-scope=linen')
    expect(body).toMatchObject({ profile: 'org:any-library', repositories: ['acme/linen'] })
  })

  test('cover all repositories where they say so, by one name (CH.4)', async () => {
    const { status, body } = await ask('/organization/token/everything')
    const permissions = ['issues:read', 'metadata:read']
    expect({ status, body }).toEqual({
      status: 200,
      body: vendedReply('everything', ['acme/*'], permissions),
    })
    expect(stack.standIns?.github?.mintRequests.at(-1)).toEqual({ permissions: { issues: 'read' } })
  })

  test('permissions are narrowed, and never widened', async () => {
    const claims = { pipeline_slug: 'silk-prod', build_branch: 'main' }
    const narrowed = await ask('/token/release?permissions=contents:read', {}, claims)
    expect(narrowed.body).toMatchObject({ permissions: ['contents:read', 'metadata:read'] })
    expect((await ask('/token/release?permissions=issues:write', {}, claims)).status).toBe(403)
  })
})

describe('CH.7 git’s credential format', () => {
  const git = (path: string, lines: string, claims: Claims = {}) =>
    rawRequest(stack.issuer, {
      method: 'POST',
      path,
      headers: [['Authorization', `Bearer ${jwt(claims)}`]],
      body: lines,
    })
  const wanting = (path: string) => `protocol=https\nhost=github.com\npath=${path}\n\n`

  test.each([
    { path: '/git-credentials', wanted: 'acme/silk.git' },
    { path: '/git-credentials/default', wanted: 'acme/silk' },
    { path: '/organization/git-credentials/shared-libs', wanted: 'acme/cotton.git' },
    { path: '/organization/git-credentials/any-library', wanted: 'acme/linen.git' },
  ])('POST $path for $wanted', async ({ path, wanted }) => {
    const { status, text, headers } = await git(path, wanting(wanted))
    const [password = ''] = /(?<=^password=).*/m.exec(text) ?? []
    const [expiry = ''] = /(?<=^password_expiry_utc=)\d+/m.exec(text) ?? []
    const [type, cache] = [headers['content-type'], headers['cache-control']]
    expect({ status, text, type, cache }).toEqual({
      status: 200,
      cache: 'no-store',
      text: `${wanting(wanted).trimEnd()}\nusername=x-access-token\npassword=${password}\npassword_expiry_utc=${expiry}\n\n`,
      type: 'text/plain; charset=utf-8',
    })
    expect(password).toMatch(GITHUB_TOKEN)
    expect(Number(expiry) - Date.now() / 1000).toBeGreaterThan(600)
  })

  test.each([
    { what: 'a repository that is not covered', lines: wanting('acme/linen.git') },
    { what: 'another host', lines: wanting('acme/silk').replace('github.com', 'gitlab.com') },
    { what: 'another protocol', lines: wanting('acme/silk').replace('https', 'http') },
  ])('$what: an empty 200, so that git asks the next helper', async ({ lines }) => {
    const { status, text } = await git('/git-credentials', lines)
    expect({ status, text }).toEqual({ status: 200, text: '' })
  })

  test.each([
    { what: 'no path', lines: 'protocol=https\nhost=github.com\n\n' },
    { what: 'nothing', lines: '' },
    { what: 'no key=value', lines: 'protocol=https\nhost=github.com\npath=acme/silk\nnonsense\n\n' },
    { what: 'a NUL', lines: wanting('acme/silk\0') },
  ])('$what: 400', async ({ lines }) => {
    const { status, body } = await git('/git-credentials', lines)
    expect({ status, body }).toEqual({ status: 400, body: { error: 'Bad Request' } })
  })
})

/** A profile of all repositories, beside the preset's. */
function withEverything(yaml: string): string {
  const everything = `        - { name: everything, match: [], repositories: ["{{all-repositories}}"], permissions: ["issues:read"] }
`
  return yaml.replace('        - name: any-library\n', `${everything}        - name: any-library\n`)
}
