/**
 * The shape of the configuration file, with its defaults. Used at synth and by the command line only:
 * no function's bundle holds it (esbuild.config.mjs refuses one that does).
 *
 * What a single value must be stands here; what values must be to each other stands in `consistency.ts`.
 */
import * as v from 'valibot'
import type { GrantType } from '../protocol/grant-types.ts'
import { MIN_REFRESH_TOKEN_LENGTH } from '../protocol/refresh-token-length.ts'
import { api } from './schema-api.ts'
import {
  foreignIssuer,
  isIssuer,
  matching,
  oneOf,
  scopeToken,
  secretArn,
  text,
  whole,
} from './schema-values.ts'
import { vend } from './schema-vend.ts'

const DAY = 86_400
/** What CloudWatch Logs accepts as a retention, in days. */
const retentions = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653] as const

const hostName = matching(
  /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$|^127\.0\.0\.1:\d+$/,
  'a host name in lower case, such as auth.example.com',
)

const issuer = v.pipe(
  v.string('an issuer URL'),
  v.check(
    isIssuer,
    'an https URL in its normal form, without user, query, fragment or trailing slash (RFC 8414 §2)',
  ),
)

const scopeDefinition = v.strictObject({
  description: text(200),
  contains: v.optional(v.array(scopeToken, 'a list of scope names'), []),
  user: v.optional(v.boolean('true or false'), false),
})

const accessTokenTtlSeconds = v.optional(whole(60, 30 * DAY, 'seconds'), 3600)
const refreshToken = (whenLeftOut: boolean) => v.optional(v.boolean('true or false'), whenLeftOut)

const grants = v.strictObject({
  authorization_code: v.optional(v.strictObject({ accessTokenTtlSeconds, refreshToken: refreshToken(true) })),
  client_credentials: v.optional(
    v.strictObject({
      accessTokenTtlSeconds,
      refreshToken: refreshToken(false), // RFC 6749 §4.4.3: "A refresh token SHOULD NOT be included"
      subject: v.optional(oneOf('client', 'owner'), 'client'),
    }),
  ),
  password: v.optional(v.strictObject({ accessTokenTtlSeconds, refreshToken: refreshToken(true) })),
  refresh_token: v.optional(v.strictObject({ accessTokenTtlSeconds })),
} satisfies Record<GrantType, unknown>)

/** `{environment}` stands for the deployment's own, and is put in by `parse.ts`. */
const tokenPrefix = (expected: string) => matching(/^([A-Za-z0-9_]|\{environment\}){1,30}$/, expected)

const prefixExpectation =
  'a prefix of letters, digits and underscores, such as bb_live_; {environment} stands for live or test'

const audience = v.optional(text(500))

const accessToken = v.optional(
  v.variant(
    'format',
    [
      v.strictObject({ format: v.literal('jwt'), audience }),
      v.strictObject({
        format: v.literal('prefixed'),
        prefix: tokenPrefix(prefixExpectation),
        audience,
      }),
      v.strictObject({ format: v.literal('uuid'), audience }),
    ],
    'a format: jwt, prefixed or uuid',
  ),
  { format: 'jwt' },
)

const upstream = v.strictObject({
  issuer: foreignIssuer,
  clientId: text(255),
  clientSecretArn: secretArn,
  scope: v.optional(text(500), 'openid profile email'),
  name: text(60),
  account: v.optional(text(255)),
  tier: v.optional(text(40)),
})

const edge = v.strictObject({
  domain: hostName,
  certificateArn: matching(
    /^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate\/[0-9a-f-]+$/,
    'the ARN of an ACM certificate in us-east-1 (CloudFront takes no other region)',
  ),
  webAclArn: v.optional(
    matching(
      /^arn:aws[a-z-]*:wafv2:us-east-1:\d{12}:global\/webacl\/.+$/,
      'the ARN of a WAFv2 web ACL of scope CLOUDFRONT (us-east-1)',
    ),
  ),
  requestsPerFiveMinutes: v.optional(whole(100, 2_000_000_000, 'requests'), 3000),
})

const tier = v.strictObject({
  requestsPerMinute: whole(1, 1_000_000, 'requests a minute'),
})

/** `v.optional(schema, {})` for a section whose own fields all have defaults. */
const section = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  v.optional(v.strictObject(entries), {} as never)

export const configSchema = v.strictObject({
  name: v.optional(
    matching(
      /^[A-Za-z][A-Za-z0-9-]{0,39}$/,
      'a stack name: a letter, then up to 39 letters, digits or hyphens',
    ),
    'Scrip',
  ),
  environment: v.optional(oneOf('live', 'test'), 'live'),
  issuer: v.optional(issuer),
  paths: section({
    prefix: v.optional(
      matching(
        /^(\/[a-z0-9][a-z0-9_-]*)+$/,
        'a path such as /oauth: lower case, starting with a slash, not ending with one',
      ),
      '/oauth',
    ),
  }),
  edge: v.optional(edge),
  scopes: v.optional(
    v.record(scopeToken, scopeDefinition, 'the scope catalogue: a name and its description each'),
    {},
  ),
  scope: section({
    whenOmitted: v.optional(oneOf('default', 'registered', 'error'), 'default'),
    default: v.optional(v.array(scopeToken, 'a list of scope names'), []),
  }),
  grants: v.optional(grants, {}),
  accessToken,
  signing: section({
    algorithm: v.optional(oneOf('ES256', 'RS256', 'EdDSA'), 'ES256'),
  }),
  response: section({
    tokenType: v.optional(oneOf('Bearer', 'bearer'), 'Bearer'),
    scope: v.optional(oneOf('always', 'changed'), 'changed'),
    refreshTokenExpiresIn: v.optional(v.boolean('true or false'), false),
  }),
  refresh: section({
    ttlSeconds: v.optional(whole(60, 10 * 366 * DAY, 'seconds'), 30 * DAY),
    lifetime: v.optional(oneOf('fixed', 'sliding'), 'fixed'),
    // Longer than the router waits for a grant (12 s), or a lost answer could not be asked for again.
    overlapSeconds: v.optional(whole(15, 300, 'seconds'), 30),
    revokesAccessToken: v.optional(v.boolean('true or false'), false),
    prefix: v.optional(matching(/^[A-Za-z0-9_]{0,30}$/, 'a prefix of letters, digits and underscores'), ''),
    length: v.optional(whole(MIN_REFRESH_TOKEN_LENGTH, 200, 'characters'), 80),
  }),
  authorize: section({
    codeTtlSeconds: v.optional(whole(10, 600, 'seconds'), 60),
    requiredParameters: v.optional(v.record(matching(/^[a-z_]{1,40}$/, 'a parameter name'), text(100)), {}),
  }),
  session: section({
    idleSeconds: v.optional(whole(60, 30 * DAY, 'seconds'), 3600),
    absoluteSeconds: v.optional(whole(60, 90 * DAY, 'seconds'), DAY),
  }),
  signIn: section({
    windowSeconds: v.optional(whole(60, DAY, 'seconds'), 900),
    failuresPerUser: v.optional(whole(1, 1000, 'failures'), 10),
    failuresPerSource: v.optional(whole(1, 100_000, 'failures'), 100),
  }),
  upstream: v.optional(upstream),
  errors: section({
    unauthorizedBody: v.optional(v.record(v.string(), v.unknown(), 'a JSON object')),
  }),
  pages: section({ serviceName: v.optional(text(60), 'Scrip') }),
  pkce: section({
    required: v.optional(oneOf('always', 'public'), 'always'),
  }),
  redirectUris: section({
    match: v.optional(oneOf('exact', 'subpath'), 'exact'),
  }),
  apiTokens: v.optional(v.strictObject({ prefix: tokenPrefix(prefixExpectation) })),
  api: v.optional(api),
  vend: v.optional(vend),
  leaked: section({ requestsPerMinute: v.optional(whole(1, 10_000, 'reports a minute'), 60) }),
  rateLimits: v.strictObject({
    defaultTier: text(40),
    tiers: v.record(
      // It becomes part of an API key's value, which has nothing else.
      matching(/^[a-z0-9][a-z0-9-]{0,39}$/, 'a tier name of lower-case letters, digits and hyphens'),
      tier,
      'the tiers, each with its requestsPerMinute',
    ),
  }),
  throttle: section({
    ratePerSecond: v.optional(whole(1, 10_000, 'requests a second'), 200),
    burst: v.optional(whole(1, 5_000, 'requests'), 400),
  }),
  alarms: v.optional(
    v.strictObject({
      topicArn: matching(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/, 'the ARN of an SNS topic'),
    }),
  ),
  logs: section({
    retentionDays: v.optional(
      v.picklist(retentions, `a retention that CloudWatch Logs has: one of ${retentions.join(', ')} days`),
      90,
    ),
    level: v.optional(oneOf('DEBUG', 'INFO', 'WARN', 'ERROR'), 'INFO'),
  }),
})
