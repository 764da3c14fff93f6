/** GitHub and Buildkite on loopback: the local stack's stand-ins, with an App, and with clients of ours. */
import { generateKeyPairSync } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { startBuildkite } from '../../infra/local/stand-ins/buildkite.ts'
import { type GitHubStandIn, startGitHub } from '../../infra/local/stand-ins/github.ts'
import type { Installation } from '../../infra/local/stand-ins/github-app.ts'
import type { StandIn } from '../../infra/local/stand-ins/server.ts'
import type { VendConfig } from '../../shared/config/vend-types.ts'
import { memory } from '../../shared/stores/memory.ts'
import {
  type ConfirmedRepository,
  pipelineRepositories,
} from '../../shared/vending/buildkite/pipeline-repository.ts'
import { exchange } from '../../shared/vending/exchange.ts'
import { appJwts } from '../../shared/vending/github/app-jwt.ts'
import { connectGitHub, type GitHub } from '../../shared/vending/github/client.ts'
import type { Time } from '../../shared/vending/http.ts'

export const APP_ID = '12345'
export const BUILDKITE_TOKEN = 'bkua_0123456789abcdef0123456789abcdef01234567'

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const appKeys = {
  pkcs1: pair.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
  pkcs8: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  publicKey: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
}

export const acme: Installation = {
  id: 7001,
  owner: 'Acme',
  kind: 'Organization',
  repositories: ['silk', 'linen', 'Cotton', 'profiles'],
  permissions: { contents: 'write', packages: 'write', issues: 'read', metadata: 'read' },
  files: { 'profiles/ci/profiles.yaml': 'pipeline: {}\n', 'profiles/a b/ü.yaml': 'odd\n' },
}
export const grace: Installation = {
  id: 7002,
  owner: 'grace',
  kind: 'User',
  repositories: ['thesis'],
  permissions: { contents: 'read' },
}

/** The machine's clock. */
export const realTime: Time = { now: Date.now, sleep: (milliseconds) => sleep(milliseconds) }

export const soon = (): number => Date.now() + 10_000

export function vendConfig(
  github: Pick<StandIn, 'url'>,
  different: Partial<VendConfig['github']> = {},
): Pick<VendConfig, 'github' | 'loopback' | 'cacheSeconds'> {
  return {
    loopback: true,
    cacheSeconds: 2700,
    github: {
      apiUrl: github.url,
      host: 'github.com',
      appId: APP_ID,
      privateKeySecretArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:app',
      installations: {},
      organization: 'Acme',
      ...different,
    },
  }
}

export function fakeGitHub(installations: readonly Installation[] = [acme, grace]): Promise<GitHubStandIn> {
  return startGitHub({ appId: APP_ID, publicKey: appKeys.publicKey, installations })
}

/** Our client of it; without configured installations unless told. */
export function gitHubClient(
  server: Pick<StandIn, 'url'>,
  different: Partial<VendConfig['github']> = {},
  time: Time = realTime,
): GitHub {
  return connectGitHub(vendConfig(server, different), {
    appJwt: appJwts(different.appId ?? APP_ID, async () => appKeys.pkcs1, time.now),
    exchange,
    found: memory(100, time.now),
    time,
  })
}

export const fakeBuildkite = (pipelines: Readonly<Record<string, string>>) =>
  startBuildkite(BUILDKITE_TOKEN, pipelines)

export function buildkiteClient(
  server: Pick<StandIn, 'url'>,
  time: Time = realTime,
  token = BUILDKITE_TOKEN,
) {
  return pipelineRepositories({
    settings: {
      apiUrl: server.url,
      tokenSecretArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:bk',
    },
    loopback: true,
    host: 'github.com',
    token: async () => token,
    exchange,
    known: memory<ConfirmedRepository>(100, time.now),
    time,
  })
}
