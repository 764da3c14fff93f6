/** What is deployed, and where: read from the CDK context (`-c config=…`, `-c preset=…`) and the environment. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pathFaults } from '../../shared/config/api-consistency.ts'
import { configDigest } from '../../shared/config/digest.ts'
import type { Fault } from '../../shared/config/faults.ts'
import { parseConfig } from '../../shared/config/parse.ts'
import type { Config, EdgeConfig } from '../../shared/config/types.ts'
import type { IssuerSetting } from '../../shared/config/vend-types.ts'
import { isLoopbackHost } from '../../shared/protocol/loopback.ts'
import { functionCatalogue } from '../constructs/function-catalogue.ts'
import { DeploymentError } from './deployment-error.ts'
import { checkVend } from './vend.ts'

const presets = fileURLToPath(new URL('../presets', import.meta.url))

/** CloudFront takes its functions, web ACLs and log sources from this region alone. */
export const edgeRegion = 'us-east-1'

/** How the local stack asks for its template: context `local` of the CDK app. */
export interface LocalContext {
  /** Where it serves, such as `http://127.0.0.1:3000`. */
  readonly origin: string
  /** Whether its own address plays the edge; without one, requests go straight to the API's stage. */
  readonly edge: boolean
  /** The API's stage, `prod` unless told otherwise. */
  readonly stage?: string
  /** Where a sample of the team's API serves, in place of upstreams that nobody could reach. */
  readonly sampleUpstream?: string
  /** Where GitHub and Buildkite are played, and the keys of the CI vendor that is. */
  readonly ciVendor?: {
    readonly githubApiUrl: string
    readonly buildkiteApiUrl: string
    readonly jwks: PinnedJwks
  }
}

type PinnedJwks = NonNullable<NonNullable<Config['vend']>['issuers'][number]['jwks']>

/** The edge to build. */
export interface EdgeDeployment extends Omit<EdgeConfig, 'certificateArn'> {
  /** Left out on localhost, which has no certificate and whose `domain` no distribution could take. */
  readonly certificateArn?: string
}

export interface Deployment {
  /** The configuration, as the functions find it in their `config.json`. */
  readonly config: Config
  /** Of the configuration as its file says it: what the command line is given to compare. */
  readonly configDigest: string
  /** What is wrong with single profiles of the configuration, which are not available. */
  readonly profileFaults: readonly Fault[]
  readonly edge?: EdgeDeployment
  readonly stageName: string
  /** Where requests go, without the prefix; the API's own URL when left out. */
  readonly baseUrl?: string
  /** Where to deploy; unknown when synthesized without credentials, which only an edge minds. */
  readonly account?: string
  readonly region?: string
}

/** A deployment as it follows from where it goes. */
type PlacedDeployment = Omit<Deployment, 'configDigest' | 'profileFaults'>

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads what to deploy.
 *
 * @param context looks up a CDK context value
 * @throws DeploymentError when there is no such file or the context is not usable
 * @throws FaultyFile when the configuration file has faults that cost more than single profiles
 */
export function readDeployment(context: (key: string) => unknown, environment: Environment): Deployment {
  const file = configFile(context('config'), context('preset'))
  const config = parseConfig(readFileSync(file, 'utf8'), file, faultsBesideOurs)
  const profileFaults = config.vend ? checkVend(config.vend, file) : []
  const local = localContext(context('local'))
  const placed = local ? localDeployment(config, local) : cloudDeployment(config, environment)
  return { ...placed, configDigest: configDigest(config), profileFaults }
}

/** Routes of the team's API that cannot be deployed beside our own endpoints. */
function faultsBesideOurs(config: Config): readonly Fault[] {
  if (!config.api) return []
  const ours = functionCatalogue({ ...config, api: { ...config.api, routes: [] } })
  return pathFaults(
    config.api,
    ours.flatMap(({ routes }) => routes.map(({ path }) => path)),
  )
}

function cloudDeployment(config: Config, environment: Environment): PlacedDeployment {
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = environment
  const place = {
    stageName: 'prod',
    ...(account && { account }),
    ...(region && { region }),
  }
  if (!config.edge) return { config, ...place }
  if (!account || !region)
    throw new DeploymentError(
      'the configuration has an edge, parts of which must be in us-east-1: tell the CDK where to deploy, ' +
        'with AWS credentials or with CDK_DEFAULT_ACCOUNT and CDK_DEFAULT_REGION',
    )
  const baseUrl = `https://${config.edge.domain}`
  return {
    config: { issuer: baseUrl, ...config },
    edge: config.edge,
    baseUrl,
    ...place,
  }
}

/** The same deployment with the local stack's address in place of the domain, in no real account. */
function localDeployment(config: Config, context: LocalContext): PlacedDeployment {
  const { origin, edge, stage = 'prod' } = context
  const place = {
    stageName: stage,
    account: '000000000000',
    region: edgeRegion,
  }
  const { edge: cloudEdge, ...rest } = withLocalCi(withSampleUpstream(config, context), context)
  if (!edge) return { config: rest, baseUrl: `${origin}/${stage}`, ...place }
  const localEdge = {
    domain: new URL(origin).host,
    requestsPerFiveMinutes: cloudEdge?.requestsPerFiveMinutes ?? 3000, // no web ACL runs on localhost
  }
  return {
    config: { ...rest, issuer: origin },
    edge: localEdge,
    baseUrl: origin,
    ...place,
  }
}

/** Hosts under `.example` exist nowhere (RFC 6761 §6.5): the presets' upstreams, for the operator to replace. */
export function isPlaceholder(url: string): boolean {
  return new URL(url).hostname.endsWith('.example')
}

/**
 * The sample in place of placeholders, and loopback allowed: only ever on localhost. It knows the secrets that the
 * stack makes, and so not one of the operator's own, which no local stack has.
 */
function withSampleUpstream(config: Config, { sampleUpstream }: LocalContext): Config {
  if (!config.api) return config
  const upstreams = Object.entries(config.api.upstreams).map(([name, upstream]) => [
    name,
    sampleUpstream !== undefined && 'url' in upstream && isPlaceholder(upstream.url)
      ? { url: sampleUpstream, timeoutSeconds: upstream.timeoutSeconds }
      : upstream,
  ])
  return {
    ...config,
    api: { ...config.api, upstreams: Object.fromEntries(upstreams), loopbackUpstreams: true },
  }
}

/**
 * GitHub, Buildkite and a CI vendor on this machine. Keys that are pinned already stay, and an issuer that is on
 * this machine is asked for its own.
 */
function withLocalCi(config: Config, { ciVendor }: LocalContext): Config {
  const { vend } = config
  if (!vend || !ciVendor) return config
  const { githubApiUrl, buildkiteApiUrl, jwks } = ciVendor
  return {
    ...config,
    vend: {
      ...vend,
      loopback: true,
      issuers: vend.issuers.map((issuer) => (isOnLoopback(issuer) ? issuer : { jwks, ...issuer })),
      github: { ...vend.github, apiUrl: githubApiUrl },
      buildkite: { ...vend.buildkite, apiUrl: buildkiteApiUrl },
    },
  }
}

function isOnLoopback(setting: IssuerSetting): boolean {
  return (
    'issuer' in setting && setting.issuer !== undefined && isLoopbackHost(new URL(setting.issuer).hostname)
  )
}

function configFile(config: unknown, preset: unknown): string {
  if (config !== undefined && preset !== undefined)
    throw new DeploymentError('tell either config or preset, not both')
  if (config !== undefined) {
    const file = resolve(String(config))
    if (!existsSync(file)) throw new DeploymentError(`there is no configuration file ${String(config)}`)
    return file
  }
  const known = globSync('*.yaml', { cwd: presets }).map((file) => basename(file, '.yaml'))
  const name = preset === undefined ? 'default' : String(preset)
  if (!known.includes(name))
    throw new DeploymentError(`there is no preset ${name}, only ${known.sort().join(', ')}`)
  return resolve(presets, `${name}.yaml`)
}

function localContext(value: unknown): LocalContext | undefined {
  if (value === undefined) return undefined
  if (!isLocalContext(value))
    throw new DeploymentError('context local takes {"origin": URL, "edge": true or false, "stage": name}')
  return value
}

function isLocalContext(value: unknown): value is LocalContext {
  if (typeof value !== 'object' || value === null || !('origin' in value) || !('edge' in value)) return false
  const stageIsRight = !('stage' in value) || (typeof value.stage === 'string' && value.stage !== '')
  const sampleIsRight = !('sampleUpstream' in value) || URL.canParse(String(value.sampleUpstream))
  return (
    URL.canParse(String(value.origin)) && typeof value.edge === 'boolean' && stageIsRight && sampleIsRight
  )
}
