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
import { ciKey, ciKeyFrom, discoveryPath, jwksPath, signedJwt, startCiIssuer } from '../support/ci-issuer.ts'
import { hostileJwts } from '../support/hostile-jwts.ts'
import { loopbackServer } from '../support/loopback-server.ts'
import { type OperatedStack, startOperatedStack } from '../support/operated-stack.ts'
import { rawRequest } from '../support/raw-request.ts'
import { selfSigned } from '../support/self-signed.ts'

const now = fromMilliseconds(Date.now())
const times = { ...timesAt(now), exp: now + 3600 }
const key = ciKey('RS256', 'rsa')
const elliptic = ciKeyFrom(selfSigned.key, 'ES256', 'ec')
const edwards = ciKey('EdDSA', 'ed')
const stranger = ciKey('RS256', 'rsa')
const ci = await startCiIssuer([key.jwk, elliptic.jwk])
const canary = await loopbackServer(() => ({ status: 200, body: JSON.stringify({ keys: [stranger.jwk] }) }))
const claims = { ...buildkiteClaims(times), iss: ci.issuer }
const { cert: certificate } = selfSigned
const rows = await hostileJwts({
  claims,
  key,
  elliptic,
  edwards,
  certificate,
  stranger,
  canary: canary.url,
  now,
})
/** What can be sent at all: HTTP has no line ends or NULs in its headers, and API Gateway takes 10,240 bytes of them. */
const sendable = rows.filter(([, token]) => /^[\x21-\x7e]*$/.test(token) && token.length < 12_000)

/** Each vendor's own issuer; that of CircleCI cannot be moved, so its keys are pinned. */
const vend = `
vend:
  issuers:
    - { kind: buildkite, organization: acme-inc, audience: "${audience}", issuer: "${ci.issuer}" }
    - { kind: buildkite, organization: contractor, audience: "${audience}", issuer: "${ci.issuer}" }
    - { kind: github_actions, ownerId: "65", audience: "${audience}", issuer: "${ci.issuer}/actions" }
    - { kind: gitlab, namespaceId: "72", audience: "${audience}", issuer: "${ci.issuer}/gitlab" }
    - { kind: gitlab, namespaceId: "72", audience: "${audience}", issuer: "${ci.issuer}/gone" }
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
        - name: of-acme
          match: [{ claim: organization_slug, value: acme-inc }, { claim: pipeline_slug, value: super-duper-app }]
          repositories: [cotton]
          permissions: ["contents:read"]
        - name: of-gitlab
          match: [{ claim: iss, value: "${ci.issuer}/gitlab" }, { claim: ref_protected, value: "false" }]
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

  test('GitLab projects get the organization’s repository of their path, and nobody else’s', async () => {
    const project = (path: string) => {
      const named = { project_path: path, namespace_path: path.split('/')[0] }
      return signedJwt({ ...gitlabClaims(times), iss: `${ci.issuer}/gitlab`, ...named }, key)
    }
    const own = await askAt('/token', project('acme/silk'))
    expect(own).toMatchObject({ status: 200, body: { repositories: ['acme/silk'] } })
    // The namespace, which is known by its id, has been renamed.
    expect(await askAt('/token', project('victim/silk'))).toEqual({
      status: 403,
      body: { error: 'Forbidden' },
      challenge: undefined,
    })
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

  test('a rule on organization_slug tells two Buildkite organizations apart', async () => {
    const contractor = signedJwt({ ...claims, organization_slug: 'contractor' }, key)
    expect(await ask(contractor)).toEqual(vended('cotton', 'contractor', 'shared-libs'))
    expect(await ask(contractor, 'of-acme')).toMatchObject({ status: 403, body: { error: 'Forbidden' } })
    expect(await ask(signedJwt(claims, key), 'of-acme')).toEqual(vended('cotton', 'acme-inc', 'of-acme'))
  })

  test('a rule on iss tells issuers apart whose claims have the same names', async () => {
    const unprotected = { ...githubClaims(times), iss: `${ci.issuer}/actions`, ref_protected: 'false' }
    const actions = signedJwt(unprotected, key)
    expect(await ask(actions, 'protected')).toEqual(vended('linen', 'octo-org', 'protected'))
    expect(await ask(actions, 'of-gitlab')).toMatchObject({ status: 403, body: { error: 'Forbidden' } })
    const gitlab = signedJwt({ ...gitlabClaims(times), iss: `${ci.issuer}/gitlab` }, key)
    expect(await ask(gitlab, 'of-gitlab')).toEqual(vended('linen', 'my-group', 'of-gitlab'))
  })

  test('an issuer whose keys cannot be had is told apart from a bad token: 500, and a line in the log', async () => {
    const ofGone = { ...gitlabClaims(times), iss: `${ci.issuer}/gone` }
    const failed = { status: 500, body: { error: 'Internal Server Error' }, challenge: undefined }
    expect(await ask(signedJwt(ofGone, key))).toEqual(failed)
    expect(await ask(signedJwt(ofGone, stranger))).toEqual(failed)
    // What can be told without keys is.
    expect(await ask(signedJwt({ ...ofGone, namespace_id: '73' }, key))).toMatchObject({ status: 401 })
    const reason = `keys of ${ci.issuer}/gone: ${new URL(ci.issuer).host}: the status is 404 in place of 200`
    const written = stack.functionNames.flatMap((name) => stack.logs(name))
    const told = written.filter((line) => line.includes('keys of a CI issuer'))
    expect(told.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        level: 'WARN',
        message: 'the keys of a CI issuer could not be read',
        reason: `${ci.issuer}/gone: ${reason}`,
      }),
    ])
    const audited = written.filter((line) => line.includes('"audit"')).map((line) => JSON.parse(line).audit)
    expect(audited).toContainEqual(expect.objectContaining({ decision: { outcome: 'failed', reason } }))
  })

  test('most of the corpus can be sent at all', () => {
    expect(sendable.length).toBeGreaterThan(rows.length * 0.9)
  })

  test.each(sendable)(
    '%s: the one uniform 401, whichever kind of profile is asked for',
    async (_what, token) => {
      const asked = ci.asked.length
      for (const answer of [await ask(token), await askAt('/token', token)])
        if (answer.status === 431)
          expect(token.length).toBeGreaterThan(9_000) // API Gateway's own limit
        else
          expect(answer).toEqual({
            status: 401,
            body: { error: 'invalid_token' },
            challenge: 'Bearer realm="api"',
          })
      expect(ci.asked.slice(asked)).toEqual([])
    },
  )

  test('and nobody was asked for a key that a token named', () => {
    expect(canary.requests).toEqual([])
  })
})
