/** The stacks of a deployment, and how their parts are joined. */
import { Annotations, type App, Stack } from 'aws-cdk-lib'
import type { SecretName } from '../shared/config/environment.ts'
import type { Fault } from '../shared/config/faults.ts'
import type { Config } from '../shared/config/types.ts'
import { operatorSecrets, usedSecrets } from '../shared/config/used-secrets.ts'
import { type Deployment, edgeRegion, isPlaceholder } from './config/deployment.ts'
import { Api } from './constructs/api.ts'
import { Edge } from './constructs/edge/edge.ts'
import { OriginSecret } from './constructs/edge/origin-secret.ts'
import { Functions } from './constructs/functions.ts'
import { InitialKeys } from './constructs/initial-keys.ts'
import { KeySecrets } from './constructs/key-secrets.ts'
import { addOutputs } from './constructs/outputs.ts'
import { Tables } from './constructs/tables.ts'
import { UpstreamSecrets } from './constructs/upstream-secrets.ts'
import { VendAlarms } from './constructs/vend-alarms.ts'

export function defineStacks(app: App, deployment: Deployment): void {
  const { config, stageName, account, region } = deployment
  const env = { ...(account && { account }), ...(region && { region }) }
  const stack = new Stack(app, config.name, {
    env,
    description: 'Scrip: OAuth 2.0 tokens',
  })
  warnOfPlaceholders(stack, config)
  warnOfProfiles(stack, deployment.profileFaults)
  const tables = new Tables(stack, 'Tables')
  const secrets = new KeySecrets(
    stack,
    'Secrets',
    [...usedSecrets(config), ...operatorSecrets(config)],
    ownSecrets(config),
  )
  const originSecret = deployment.edge && new OriginSecret(stack, 'OriginSecret', edgeRegion)
  const upstreamSecrets = new UpstreamSecrets(stack, 'UpstreamSecrets', config.api?.upstreams ?? {})
  const functions = new Functions(stack, 'Functions', {
    config,
    tables,
    secrets,
    upstreamSecrets,
    ...(originSecret && { originSecretArn: originSecret.arn }),
  })
  const keys = new InitialKeys(stack, 'InitialKeys', {
    rotateKeys: functions.get('rotate-keys'),
    algorithm: config.signing.algorithm,
    secrets: usedSecrets(config),
  })
  if (config.vend)
    new VendAlarms(stack, 'VendAlarms', {
      logGroup: functions.get('vend').logGroup,
      topicArn: config.alarms?.topicArn,
    })
  const api = new Api(stack, 'Api', { config, stageName, functions })
  // The API opens once there are keys to sign with.
  api.restApi.deploymentStage.node.addDependency(keys)
  addOutputs(stack, { deployment, api, tables, secrets, upstreamSecrets })
  if (deployment.edge && originSecret)
    new Edge(edgeStack(app, stack), 'Edge', {
      edge: deployment.edge,
      apiHost: api.host,
      stageName,
      originSecret,
      logRetentionDays: config.logs.retentionDays,
    })
}

/** The secrets that the configuration names, of those that the operator fills. */
function ownSecrets({ vend }: Config): Partial<Record<SecretName, string>> {
  const githubAppKey = vend?.github.privateKeySecretArn
  const buildkiteToken = vend?.buildkite.tokenSecretArn
  return { ...(githubAppKey && { githubAppKey }), ...(buildkiteToken && { buildkiteToken }) }
}

/** The presets' upstreams exist nowhere: until they are replaced, their routes answer 502. */
function warnOfPlaceholders(stack: Stack, { api }: Config): void {
  for (const [name, upstream] of Object.entries(api?.upstreams ?? {}))
    if ('url' in upstream && isPlaceholder(upstream.url))
      Annotations.of(stack).addWarningV2(
        `scrip:upstream-${name}`,
        `api.upstreams.${name}.url is the placeholder ${upstream.url}: its routes answer 502 until you set it`,
      )
}

/** A faulty profile does not hold up the deployment of the others. */
function warnOfProfiles(stack: Stack, faults: readonly Fault[]): void {
  for (const { path, expected } of faults)
    Annotations.of(stack).addWarningV2(`scrip:${path}`, `${path}: expected ${expected}`)
}

/** The stack itself where it is in CloudFront's own region, and a companion there otherwise. */
function edgeStack(app: App, stack: Stack): Stack {
  if (stack.region === edgeRegion) return stack
  return new Stack(app, `${stack.stackName}Edge`, {
    env: { account: stack.account, region: edgeRegion },
    description: `Scrip: the edge in front of ${stack.stackName}`,
    crossRegionReferences: true,
  })
}
