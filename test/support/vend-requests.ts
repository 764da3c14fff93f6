/** Requests for tokens as the layers of vending hand them on, and a table of tokens in memory. */
import { randomBytes } from 'node:crypto'
import { pipelineId } from '../../infra/local/stand-ins/buildkite.ts'
import type { CacheItem, TokenCache } from '../../shared/vending/pipeline/cached.ts'
import type { AuthorizedRequest, Rights, Vended, VendRequest } from '../../shared/vending/pipeline/types.ts'
import { type SealingKeys, sealer } from '../../shared/vending/sealed.ts'
import type { CiCaller, GitHubToken, Profile } from '../../shared/vending/types.ts'

export const caller: CiCaller = {
  issuer: 'https://agent.buildkite.com',
  subject: 'organization:acme:pipeline:silk:ref:refs/heads/main:commit:9f3182061f:step:build',
  organization: 'acme',
  pipeline: 'silk',
  pipelineId: pipelineId('acme', 'silk'),
  job: 'job-1',
  build: '42',
  branch: 'main',
  claims: { pipeline_slug: 'silk', build_branch: 'main', secret_claim: 'never logged' },
}

export function profile(different: Partial<Profile> = {}): Profile {
  return {
    kind: 'pipeline',
    name: 'release',
    rules: [],
    repositories: { kind: 'pipeline' },
    permissions: ['contents:read'],
    digest: 'digest-1',
    ...different,
  }
}

export const organizationProfile = (different: Partial<Profile> = {}): Profile =>
  profile({
    kind: 'organization',
    name: 'shared',
    repositories: { kind: 'named', names: ['cotton', 'Linen'] },
    permissions: ['contents:write', 'issues:read'],
    ...different,
  })

export function vendRequest(different: Partial<VendRequest> = {}): VendRequest {
  return {
    caller,
    allowedClaims: ['pipeline_slug'],
    profile: profile(),
    repository: { kind: 'at-buildkite' },
    fresh: false,
    deadline: Date.now() + 10_000,
    ...different,
  }
}

export const cotton: Rights = {
  target: { kind: 'known', owner: 'acme', repositories: { kind: 'named', names: ['cotton'] } },
  permissions: ['contents:read'],
}
export const ownRepository: Rights = { target: { kind: 'pipeline' }, permissions: ['contents:read'] }

export function authorizedRequest(different: Partial<AuthorizedRequest> = {}): AuthorizedRequest {
  return {
    caller,
    profile: profile(),
    rights: cotton,
    fresh: false,
    deadline: Date.now() + 10_000,
    ...different,
  }
}

export function gitHubToken(token: string, different: Partial<GitHubToken> = {}): GitHubToken {
  return {
    token,
    expiresAt: Math.floor(Date.now() / 1000) + 3600,
    repositories: ['acme/cotton'],
    permissions: ['contents:read', 'metadata:read'],
    ...different,
  }
}

export const vended = (token: string, different: Partial<Vended> = {}): Vended => ({
  kind: 'vended',
  token: gitHubToken(token),
  cached: false,
  ...different,
})

/** Keys as the secret has them; `rotate` puts another in the place of the current one, and forgets it. */
export function sealingKeys() {
  const newKey = () => ({ keyId: randomBytes(4).toString('hex'), secret: randomBytes(32) })
  const state = { current: newKey() }
  const keys = async (): Promise<SealingKeys> => ({
    current: state.current,
    find: (keyId) => (keyId === state.current.keyId ? state.current : undefined),
  })
  return {
    sealer: sealer(keys),
    rotate() {
      state.current = newKey()
    },
  }
}

/**
 * The table of tokens in memory, as strict as `stores/vended-tokens.ts`, which the contract suite tests.
 *
 * @param step runs before each operation: to make it fail, or to look on
 */
export function memoryTokens(step: (operation: keyof TokenCache) => Promise<void> = async () => {}) {
  const items = new Map<string, CacheItem & { readonly owner?: string | undefined }>()
  let versions = 0
  const isSeen = (key: string, seen: string | undefined) => items.get(key)?.version === seen
  const cache: TokenCache = {
    async find(key) {
      await step('find')
      return items.get(key)
    },
    async lease(key, owner, seen, now) {
      await step('lease')
      const item = items.get(key)
      if (!isSeen(key, seen) || (item?.leaseUntil ?? 0) > now) return 'taken'
      items.set(key, { ...item, owner, leaseUntil: now + 10_000 })
      return 'leased'
    },
    async put(key, sealed, seen) {
      await step('put')
      if (!isSeen(key, seen)) return 'taken'
      versions += 1
      items.set(key, { sealed, version: `v${versions}` })
      return 'stored'
    },
    async release(key, owner) {
      await step('release')
      const item = items.get(key)
      if (item?.owner !== owner) return
      const { owner: _, leaseUntil: __, ...rest } = item
      items.set(key, rest)
    },
  }
  return { cache, items }
}
