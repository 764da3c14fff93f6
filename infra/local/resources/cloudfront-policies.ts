/** AWS::CloudFront::CachePolicy, OriginRequestPolicy and ResponseHeadersPolicy. */
import { cloudFrontHeaders } from '../cloudfront/forwarding.ts'
import type { ForwardingPolicy, ResponseHeadersPolicy, Selection } from '../cloudfront/types.ts'
import { stableId } from '../identity.ts'
import type { Properties } from '../template/properties.ts'
import type { Provider } from './provider.ts'

export const cachePolicy: Provider = ({ logicalId, properties, world }) => {
  const config = properties.object('CachePolicyConfig')
  config.ignore('for people', 'Name', 'Comment')
  config.ignore('nothing is cached here', 'DefaultTTL', 'MaxTTL', 'MinTTL')
  const key = config.object('ParametersInCacheKeyAndForwardedToOrigin')
  key.ignore('bodies are not compressed here', 'EnableAcceptEncodingBrotli', 'EnableAcceptEncodingGzip')
  world.forwardingPolicies.set(idOf(logicalId), readForwarding(key))
  return { ref: idOf(logicalId), attributes: { Id: idOf(logicalId) } }
}

export const originRequestPolicy: Provider = ({ logicalId, properties, world }) => {
  const config = properties.object('OriginRequestPolicyConfig')
  config.ignore('for people', 'Name', 'Comment')
  world.forwardingPolicies.set(idOf(logicalId), readForwarding(config))
  return { ref: idOf(logicalId), attributes: { Id: idOf(logicalId) } }
}

export const responseHeadersPolicy: Provider = ({ logicalId, properties, world }) => {
  const config = properties.object('ResponseHeadersPolicyConfig')
  config.ignore('for people', 'Name', 'Comment')
  config.ignore('for people', 'ServerTimingHeadersConfig')
  config.refuse('CorsConfig', 'it depends on the request')
  config.refuse('SecurityHeadersConfig', 'only custom headers are set here')
  const policy: ResponseHeadersPolicy = {
    set: (config.optionalObject('CustomHeadersConfig')?.objects('Items') ?? []).map((item) => ({
      name: item.string('Header'),
      value: item.string('Value'),
      override: item.boolean('Override', true),
    })),
    remove: (config.optionalObject('RemoveHeadersConfig')?.objects('Items') ?? []).map((item) =>
      item.string('Header').toLowerCase(),
    ),
  }
  world.responseHeadersPolicies.set(idOf(logicalId), policy)
  return { ref: idOf(logicalId), attributes: { Id: idOf(logicalId) } }
}

function idOf(logicalId: string): string {
  return stableId(logicalId, 32)
}

function readForwarding(config: Properties): ForwardingPolicy {
  const headers = config.object('HeadersConfig')
  const listed = headers.strings('Headers').map((name) => name.toLowerCase())
  const behavior = headers.string('HeaderBehavior')
  const own = listed.filter((name) => name.startsWith('cloudfront-'))
  for (const name of behavior === 'allExcept' ? [] : own) {
    if (!(name in cloudFrontHeaders))
      headers.fail('Headers', `names ${name}, which the local stack does not make`)
  }
  const others = listed.filter((name) => !name.startsWith('cloudfront-'))
  return {
    headers:
      behavior === 'allViewerAndWhitelistCloudFront' ? { kind: 'all' } : selection(headers, behavior, others),
    cloudFrontHeaders: behavior === 'allExcept' ? [] : own,
    cookies: readSelection(config.object('CookiesConfig'), 'CookieBehavior', 'Cookies'),
    queryStrings: readSelection(config.object('QueryStringsConfig'), 'QueryStringBehavior', 'QueryStrings'),
  }
}

function readSelection(config: Properties, behavior: string, member: string): Selection {
  return selection(config, config.string(behavior), config.strings(member))
}

function selection(config: Properties, behavior: string, names: readonly string[]): Selection {
  switch (behavior) {
    case 'none':
      return { kind: 'none' }
    case 'all':
    case 'allViewer':
      return { kind: 'all' }
    case 'whitelist':
      return { kind: 'only', names }
    case 'allExcept':
      return { kind: 'all except', names }
    default:
      return config.fail('Behavior', `${behavior} is unknown`)
  }
}
