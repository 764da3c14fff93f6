import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fromMilliseconds } from '../../shared/protocol/brands.ts'
import {
  audience,
  buildkiteClaims,
  circleClaims,
  circleOrganization,
  githubClaims,
  githubSubjects,
  gitlabClaims,
  timesAt,
} from '../support/ci-claims.ts'
import { ciKey, discoveryPath, jwksPath, signedJwt, startCiIssuer } from '../support/ci-issuer.ts'
import { hostileJwts } from '../support/hostile-jwts.ts'
import { loopbackServer } from '../support/loopback-server.ts'
import { type OperatedStack, startOperatedStack } from '../support/operated-stack.ts'
import { rawRequest } from '../support/raw-request.ts'

const now = fromMilliseconds(Date.now())
const times = { ...timesAt(now), exp: now + 3600 }
const key = ciKey('RS256', 'rsa')
const elliptic = ciKey('ES256', 'ec')
const stranger = ciKey('RS256', 'rsa')
const ci = await startCiIssuer([key.jwk, elliptic.jwk])
const canary = await loopbackServer(() => ({ status: 200, body: JSON.stringify({ keys: [stranger.jwk] }) }))
const claims = { ...buildkiteClaims(times), iss: ci.issuer }
const rows = await hostileJwts({ claims, key, elliptic, stranger, canary: canary.url, now })
/** What can be sent at all: HTTP has no line ends or NULs in its headers, and API Gateway takes 10,240 bytes of them. */
const sendable = rows.filter(([, token]) => /^[\x21-\x7e]*$/.test(token) && token.length < 12_000)

/** Each vendor's own issuer; that of CircleCI cannot be moved, so its keys are pinned. */
const vend = `
vend:
  issuers:
    - { kind: buildkite, organization: acme-inc, audience: "${audience}", issuer: "${ci.issuer}" }
    - { kind: github_actions, ownerId: "65", audience: "${audience}", issuer: "${ci.issuer}/actions" }
    - { kind: gitlab, namespaceId: "72", audience: "${audience}", issuer: "${ci.issuer}/gitlab" }
    - { kind: gitlab, namespaceId: "72", audience: "${audience}", issuer: "${ci.issuer}/away" }
    - { kind: circleci, organizationId: ${circleOrganization}, audience: "${audience}", jwks: ${JSON.stringify({ keys: [key.jwk] })} }
  github: { organization: acme, appId: "1" }
  profiles:
    organization:
      profiles:
        - { name: shared-libs, match: [], repositories: [cotton], permissions: ["contents:read"] }
        - name: from-actions
          match: [{ claim: repository_id, value: "74" }, { claim: ref, valuePattern: "refs/heads/.+" }]
          repositories: [cotton]
          permissions: ["contents:read"]
        - name: protected
          match: [{ claim: ref_protected, value: "false" }]
          repositories: [linen]
          permissions: ["contents:read"]
        - name: in-context
          match: [{ claim: oidc.circleci.com/context-ids, value: 58bef0c1-399d-49ca-a5ba-2f4317e4224d }]
          repositories: [linen]
          permissions: ["contents:read"]
rateLimits: { defaultTier: one, tiers: { one: { requestsPerMinute: 600 } } }
`

describe('CI tokens', () => {
  let stack: OperatedStack
  beforeAll(async () => {
    for (const path of ['/actions', '/gitlab'])
      ci.answers.set(path + discoveryPath, () => ({
        status: 200,
        body: JSON.stringify({ issuer: ci.issuer + path, jwks_uri: ci.issuer + jwksPath }),
      }))
    stack = await startOperatedStack({
      preset: 'ci',
      edge: true,
      seed: {},
      change: () => `name: Ci\n${vend}`,
    })
  })
  afterAll(async () => {
    await stack?.close()
    await Promise.all([ci.close(), canary.close()])
  })

  const ask = (token: string, profile = 'shared-libs') => askAt(`/organization/token/${profile}`, token)
  const askAt = async (path: string, ...tokens: readonly string[]) => {
    const headers = [
      ...tokens.map((token) => ['Authorization', `Bearer ${token}`] as const),
      ['Content-Type', 'application/json'] as const,
    ]
    const { status, body, headers: told } = await rawRequest(stack.issuer, { method: 'POST', path, headers })
    return { status, body, challenge: told['www-authenticate'] }
  }
  const vended = (name: string, organization: string, profile: string) => ({
    status: 200,
    body: expect.objectContaining({
      organizationSlug: organization,
      profile: `org:${profile}`,
      repositories: [`acme/${name}`],
    }),
    challenge: undefined,
  })

  test('a good one is taken, by keys that are fetched once', async () => {
    const token = signedJwt(claims, key)
    expect(await ask(token)).toEqual(vended('cotton', 'acme-inc', 'shared-libs'))
    expect(await ask(token)).toEqual(vended('cotton', 'acme-inc', 'shared-libs'))
    // Requests one after another are served by one environment.
    expect(ci.asked.filter((path) => path === jwksPath)).toHaveLength(1)
  })

  test.each(githubSubjects)('GitHub Actions, by ids and whatever its sub: %s', async (sub) => {
    const token = signedJwt({ ...githubClaims(times, sub), iss: `${ci.issuer}/actions`, aud: audience }, key)
    expect(await ask(token, 'from-actions')).toEqual(vended('cotton', 'octo-org', 'from-actions'))
  })

  test('GitHub Actions of another owner: 401', async () => {
    const other = {
      ...githubClaims(times),
      iss: `${ci.issuer}/actions`,
      aud: audience,
      repository_owner_id: '66',
    }
    expect(await ask(signedJwt(other, key), 'from-actions')).toMatchObject({ status: 401 })
  })

  test('GitLab, whose booleans are texts', async () => {
    const token = signedJwt({ ...gitlabClaims(times), iss: `${ci.issuer}/gitlab` }, key)
    expect(await ask(token, 'protected')).toEqual(vended('linen', 'my-group', 'protected'))
  })

  test('CircleCI, whose contexts are a list', async () => {
    const token = signedJwt(circleClaims(times), key)
    expect(await ask(token, 'in-context')).toEqual(vended('linen', circleOrganization, 'in-context'))
  })

  test('a rule on a claim that only another vendor has matches nobody', async () => {
    const forged = { ...claims, repository_id: '74', ref: 'refs/heads/main' }
    expect(await ask(signedJwt(forged, key), 'from-actions')).toMatchObject({ status: 403 })
  })

  test('two Authorization headers: 401, though each is good by itself', async () => {
    const token = signedJwt(claims, key)
    expect(await askAt('/organization/token/shared-libs', token, token)).toEqual({
      status: 401,
      body: { error: 'invalid_token' },
      challenge: 'Bearer realm="api"',
    })
  })

  test('of an issuer whose keys cannot be had: 500 and no challenge, since the token may well be good', async () => {
    const token = signedJwt({ ...gitlabClaims(times), iss: `${ci.issuer}/away` }, key)
    expect(await ask(token)).toEqual({
      status: 500,
      body: { error: 'Internal Server Error' },
      challenge: undefined,
    })
    const { host } = new URL(ci.issuer)
    const reason = `keys of ${ci.issuer}/away: ${host}: the status is 404 in place of 200`
    const written = stack.functionNames.flatMap((name) => stack.logs(name))
    expect(
      written.filter((line) => line.includes('"audit"')).map((line) => JSON.parse(line).audit),
    ).toContainEqual(expect.objectContaining({ decision: { outcome: 'failed', reason } }))
  })

  describe('of a vendor that names the repository', () => {
    const actions = (different: object) =>
      signedJwt({ ...githubClaims(times), iss: `${ci.issuer}/actions`, aud: audience, ...different }, key)
    const gitlab = (different: object) =>
      signedJwt({ ...gitlabClaims(times), iss: `${ci.issuer}/gitlab`, ...different }, key)
    const circle = (origin: string) =>
      signedJwt({ ...circleClaims(times), 'oidc.circleci.com/vcs-origin': origin }, key)

    test.each([
      {
        vendor: 'GitHub Actions',
        token: actions({ repository: 'acme/silk', repository_owner: 'acme' }),
        name: 'silk',
        organization: 'acme',
      },
      {
        vendor: 'GitLab, of the same path',
        token: gitlab({ project_path: 'acme/cotton' }),
        name: 'cotton',
        organization: 'my-group',
      },
      {
        vendor: 'CircleCI',
        token: circle('github.com/acme/linen'),
        name: 'linen',
        organization: circleOrganization,
      },
    ])('POST /token is for that one: $vendor', async ({ token, name, organization }) => {
      expect(await askAt('/token', token)).toEqual({
        status: 200,
        body: {
          organizationSlug: organization,
          profile: 'org:default',
          repositoryUrl: '',
          repositories: [`acme/${name}`],
          permissions: ['contents:read', 'metadata:read'],
          token: expect.stringMatching(/^ghs_[A-Za-z0-9._-]{36,}$/),
          expiry: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        },
        challenge: undefined,
      })
    })

    test.each([
      {
        what: 'GitLab’s subgroups are no path of GitHub’s',
        token: gitlab({ project_path: 'acme/group/silk' }),
        status: 403,
        error: 'Forbidden',
      },
      {
        what: 'CircleCI builds it from another host',
        token: circle('bitbucket.org/acme/silk'),
        status: 403,
        error: 'Forbidden',
      },
      {
        what: 'the App is not installed there',
        token: actions({}),
        status: 500,
        error: 'Internal Server Error',
      },
    ])('and for none where $what', async ({ token, status, error }) => {
      expect(await askAt('/token', token)).toEqual({ status, body: { error }, challenge: undefined })
    })
  })

  test('most of the corpus can be sent at all', () => {
    expect(sendable.length).toBeGreaterThan(rows.length * 0.9)
  })

  test.each(sendable)('%s: the one uniform 401', async (_what, token) => {
    const asked = ci.asked.length
    const answer = await ask(token)
    if (answer.status === 431)
      expect(token.length).toBeGreaterThan(9_000) // API Gateway's own limit
    else
      expect(answer).toEqual({
        status: 401,
        body: { error: 'invalid_token' },
        challenge: 'Bearer realm="api"',
      })
    expect(ci.asked.slice(asked)).toEqual([])
  })

  test('and nobody was asked for a key that a token named', () => {
    expect(canary.requests).toEqual([])
  })
})
