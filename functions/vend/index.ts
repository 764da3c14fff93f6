import { setTimeout as sleep } from 'node:timers/promises'
import { loadConfig } from '../../shared/config/runtime.ts'
import { asksBuildkite } from '../../shared/config/used-secrets.ts'
import { vendAlarms } from '../../shared/config/vend-alarms.ts'
import { log } from '../../shared/http/log.ts'
import { addressReader, connect } from '../../shared/http/token-deployment.ts'
import { epochSeconds } from '../../shared/protocol/brands.ts'
import { memory } from '../../shared/stores/memory.ts'
import { profileFileStore } from '../../shared/stores/profile-files.ts'
import { vendedTokenStore } from '../../shared/stores/vended-tokens.ts'
import { parseSymmetricKeys } from '../../shared/tokens/symmetric-keys.ts'
import { pipelineRepositories } from '../../shared/vending/buildkite/pipeline-repository.ts'
import { exchange } from '../../shared/vending/exchange.ts'
import { appJwts } from '../../shared/vending/github/app-jwt.ts'
import { connectGitHub } from '../../shared/vending/github/client.ts'
import { mintToken } from '../../shared/vending/github/mint.ts'
import { issuerKeys } from '../../shared/vending/issuers/issuer-keys.ts'
import { vendIssuer } from '../../shared/vending/issuers/presets.ts'
import { verifyCiToken } from '../../shared/vending/issuers/verify.ts'
import { matchRules } from '../../shared/vending/match/match-rules.ts'
import { vending } from '../../shared/vending/pipeline/vend.ts'
import { sealer } from '../../shared/vending/sealed.ts'
import { profilesOf } from './profiles.ts'
import { vendEndpoint } from './vend.ts'

/** Owners and pipelines that one environment remembers. */
const REMEMBERED = 1_000

const { vend } = loadConfig(import.meta.url)
if (!vend) throw new Error('the configuration has no vend')
const connections = connect()
const { db, table, secret } = connections
const time = { now: Date.now, sleep: (milliseconds: number) => sleep(milliseconds) }
const warn = (message: string, reason: string) => log.warn(message, { reason })
const asText = (text: string) => text.trim()
const noSecret = async (): Promise<string> => {
  throw new Error('this deployment asks nothing of Buildkite')
}

const issuers = vend.issuers.map(vendIssuer)
const github = connectGitHub(vend, {
  appJwt: appJwts(vend.github.appId, secret('githubAppKey', asText), time.now),
  exchange,
  found: memory(REMEMBERED),
  time,
})
const keys = issuerKeys({
  loopback: vend.loopback,
  onFailure: (issuer, reason) => warn(vendAlarms.issuerKeysUnreadable, `${issuer}: ${reason}`),
})

export const handler = vendEndpoint({
  settings: vend,
  verify: (authorization, now) => verifyCiToken(authorization, issuers, { keys }, epochSeconds(now)),
  profiles: profilesOf(vend, issuers, {
    github,
    lastGood: () => profileFileStore(db, table('profiles')),
    time,
    warn,
  }),
  vend: vending({
    config: vend,
    matchRules,
    mint: (request, deadline) => mintToken(github, request, deadline),
    repositories: pipelineRepositories({
      settings: vend.buildkite,
      loopback: vend.loopback,
      host: vend.github.host,
      token: asksBuildkite(vend) ? secret('buildkiteToken', asText) : noSecret,
      exchange,
      known: memory(REMEMBERED),
      time,
    }),
    cache: vendedTokenStore(db, table('vendedTokens')),
    sealer: sealer(secret('vendKeys', (text) => parseSymmetricKeys(text, 'vend-keys'))),
    time,
    warn,
  }),
  address: addressReader(connections),
  time,
})
