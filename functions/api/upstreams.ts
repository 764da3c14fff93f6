/** The upstreams of a deployment, each with what it takes to call it and nothing else. */
import { type Environment, requireVariable, upstreamSecretVariable } from '../../shared/config/environment.ts'
import type { ApiConfig, ApiUpstream, HttpsUpstream } from '../../shared/config/types.ts'
import { cachedSecret } from '../../shared/stores/cached-secret.ts'
import { httpsUpstream } from './upstream/https.ts'
import { lambdaUpstream } from './upstream/lambda.ts'
import type { Upstream } from './upstream/types.ts'

/**
 * The upstreams by name.
 *
 * Each part of the AWS SDK is loaded here, before the first request, and only where an upstream needs it.
 *
 * @throws Error naming the variable that the stack failed to set
 */
export async function upstreamsOf(
  { upstreams, loopbackUpstreams }: ApiConfig,
  environment: Environment,
): Promise<ReadonlyMap<string, Upstream>> {
  const all = Object.entries(upstreams)
  const secretOf = all.some(([, upstream]) => isHttps(upstream)) ? await secretReader(environment) : undefined
  const invoke = all.every(([, upstream]) => isHttps(upstream)) ? undefined : await functionInvoker()
  const made = all.flatMap(([name, upstream]): [string, Upstream][] => {
    if (isHttps(upstream) && secretOf)
      return [[name, httpsUpstream(name, upstream, { secret: secretOf(name), loopbackUpstreams })]]
    return !isHttps(upstream) && invoke ? [[name, lambdaUpstream(name, upstream, invoke)]] : []
  })
  return new Map(made)
}

function isHttps(upstream: ApiUpstream): upstream is HttpsUpstream {
  return 'url' in upstream
}

async function secretReader(environment: Environment) {
  const { connectSecretsManager, secretStore } = await import('../../shared/stores/secrets.ts')
  const client = connectSecretsManager()
  return (name: string): (() => Promise<string>) => {
    const arn = requireVariable(environment, upstreamSecretVariable(name))
    return cachedSecret(secretStore(client, arn), `of upstream ${name}`, (text) => text)
  }
}

async function functionInvoker() {
  const { connectLambda, invokeFunction } = await import('./upstream/invoke-function.ts')
  const lambda = connectLambda()
  return (functionArn: string, payload: string, signal: AbortSignal) =>
    invokeFunction(lambda, functionArn, payload, signal)
}
