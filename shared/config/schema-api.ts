/** The shape of the configuration's `api`: the team's own API behind our tokens. */
import * as v from 'valibot'
import { isPublicHost } from '../protocol/public-address.ts'
import { routePathFault } from './route-path.ts'
import { isIssuer, matching, oneOf, scopeToken, secretArn, whole } from './schema-values.ts'

const timeoutSeconds = v.optional(whole(1, 25, 'seconds'), 10)

const upstreamUrl = v.pipe(
  v.string('a URL'),
  v.check(isUpstreamUrl, 'an https URL in its normal form, without user, query, fragment or trailing slash'),
  v.check(
    (value) => !URL.canParse(value) || isPublicHost(new URL(value).hostname),
    'the URL of a public host: no private address, and not localhost',
  ),
)

/** Compared as a text, as an issuer is: what a parser would rewrite is not what the operator has read. */
function isUpstreamUrl(value: string): boolean {
  return value.startsWith('https://') && isIssuer(value)
}

const apiUpstream = v.union(
  [
    v.strictObject({
      url: upstreamUrl,
      secretArn: v.optional(secretArn),
      timeoutSeconds,
    }),
    v.strictObject({
      functionArn: matching(
        /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9_$-]{1,128})?$/,
        'the ARN of a Lambda function',
      ),
      timeoutSeconds,
    }),
  ],
  'url (https) with an optional secretArn, or functionArn, and an optional timeoutSeconds from 1 to 25',
)

const apiRoute = v.strictObject({
  path: v.pipe(
    v.string('a path'),
    v.rawCheck(({ dataset, addIssue }) => {
      const fault = dataset.typed ? routePathFault(dataset.value) : undefined
      if (fault !== undefined) addIssue({ message: fault })
    }),
  ),
  methods: v.pipe(
    v.array(oneOf('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'), 'a list of methods'),
    v.minLength(1, 'at least one method'),
  ),
  scope: v.pipe(v.array(scopeToken, 'a list of scope names'), v.minLength(1, 'at least one scope')),
  upstream: v.string('the name of an upstream'),
})

export const api = v.strictObject({
  routes: v.optional(
    v.pipe(v.array(apiRoute, 'a list of routes'), v.maxLength(100, 'at most 100 routes')),
    [],
  ),
  upstreams: v.optional(
    v.record(
      matching(
        /^[a-z][a-z0-9]{0,29}$/,
        'an upstream name: a lower-case letter, then up to 29 letters or digits',
      ),
      apiUpstream,
      'the upstreams, each with a url or a functionArn',
    ),
    {},
  ),
})
