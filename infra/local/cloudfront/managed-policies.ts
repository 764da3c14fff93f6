/** AWS's managed CloudFront policies that a stack may use, by their ids. */
import type { ForwardingPolicy, ResponseHeadersPolicy } from './types.ts'

const nothing: ForwardingPolicy = {
  headers: { kind: 'none' },
  cloudFrontHeaders: [],
  cookies: { kind: 'none' },
  queryStrings: { kind: 'none' },
}
const everything = { cookies: { kind: 'all' }, queryStrings: { kind: 'all' } } as const

export const managedCachePolicies: Readonly<Record<string, ForwardingPolicy>> = {
  // CachingDisabled and CachingOptimized: nothing of the request is part of the cache key.
  '4135ea2d-6df8-44a3-9df3-4b5a84be39ad': nothing,
  '658327ea-f89d-4fab-a63d-7e88639e58f6': nothing,
}

export const managedOriginRequestPolicies: Readonly<Record<string, ForwardingPolicy>> = {
  // AllViewer
  '216adef6-5c7f-47e4-b989-5492eafa07d3': { headers: { kind: 'all' }, cloudFrontHeaders: [], ...everything },
  // AllViewerExceptHostHeader
  'b689b0a8-53d0-40ab-baf2-68738e2966ac': {
    headers: { kind: 'all except', names: ['host'] },
    cloudFrontHeaders: [],
    ...everything,
  },
}

export const managedResponseHeadersPolicies: Readonly<Record<string, ResponseHeadersPolicy>> = {
  // SecurityHeadersPolicy
  '67f7725c-6f97-4210-82d7-5512b31e9d03': {
    set: [
      { name: 'X-XSS-Protection', value: '1; mode=block', override: false },
      { name: 'X-Frame-Options', value: 'SAMEORIGIN', override: false },
      { name: 'Referrer-Policy', value: 'strict-origin-when-cross-origin', override: false },
      { name: 'X-Content-Type-Options', value: 'nosniff', override: true },
      { name: 'Strict-Transport-Security', value: 'max-age=31536000', override: false },
    ],
    remove: [],
  },
}
