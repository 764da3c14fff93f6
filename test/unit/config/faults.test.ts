import { describe, expect, test } from 'vitest'
import { type Fault, FaultyFile } from '../../../shared/config/faults.ts'
import { checkConfig } from '../../../shared/config/parse.ts'

const sound = {
  scopes: { read: { description: 'Read' } },
  scope: { whenOmitted: 'error' },
  grants: { client_credentials: {} },
  rateLimits: { defaultTier: 'one', tiers: { one: { requestsPerMinute: 1 } } },
}
const edge = {
  domain: 'auth.example.com',
  certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/0a',
}

/** The faults as `path: expectation`. */
function faultsOf(data: unknown): string[] {
  try {
    checkConfig(data, 'scrip.yaml')
    return []
  } catch (error) {
    if (!(error instanceof FaultyFile)) throw error
    return error.faults.map(({ path, expected }: Fault) => `${path}: ${expected}`)
  }
}

const unknownKey = 'no such setting; is it misspelled?'
const tierName = 'a tier name of lower-case letters, digits and hyphens'
const missing = 'this setting, which is missing'
const group = 'a group of settings'
const issuer =
  'an https URL in its normal form, without user, query, fragment or trailing slash (RFC 8414 §2)'
const name = 'a stack name: a letter, then up to 39 letters, digits or hyphens'
const prefix = 'a path such as /oauth: lower case, starting with a slash, not ending with one'
const host = 'a host name in lower case, such as auth.example.com'
const certificate = 'the ARN of an ACM certificate in us-east-1 (CloudFront takes no other region)'
const webAcl = 'the ARN of a WAFv2 web ACL of scope CLOUDFRONT (us-east-1)'
const ttl = 'a whole number of seconds from 60 to 2592000'
const reserved = 'another name: this one is JavaScript’s'
const scopeName = 'a scope name: printable ASCII without space, " or \\ (RFC 6749 §3.3)'

test('a sound configuration has no fault', () => {
  expect(faultsOf(sound)).toEqual([])
})

describe('each fault is told with its path', () => {
  const faulty: readonly (readonly [different: object, faults: readonly string[]])[] = [
    [{ colour: 'red' }, [`colour: ${unknownKey}`]],
    [{ constructor: 'red' }, [`constructor: ${unknownKey}`]],
    [{ name: 'two words' }, [`name: ${name}, but got "two words"`]],
    [{ name: `A${'b'.repeat(40)}` }, [`name: ${name}, but got "A${'b'.repeat(40)}"`]],
    [{ name: 7 }, [`name: ${name}, but got 7`]],
    ...[
      'http://auth.example.com',
      'ftp://auth.example.com',
      'https://auth.example.com/',
      'https://auth.example.com/tenant/',
      'https://auth.example.com?a=1',
      'https://auth.example.com#f',
      'https://me:pw@auth.example.com',
      'https://me@auth.example.com',
      'https://AUTH.example.com',
      'https://auth.example.com:443',
      'https:auth.example.com',
      ' https://auth.example.com',
      'https://auth.example.com/a/../b',
      'http://localhost.example.com',
      'auth.example.com',
      '',
    ].map((value) => [{ issuer: value }, [`issuer: ${issuer}, but got ${JSON.stringify(value)}`]] as const),
    [{ issuer: null }, ['issuer: an issuer URL, but got null']],
    ...['oauth', '/', '/OAuth', '/oauth/', '//oauth', '/o auth', ''].map(
      (value) =>
        [
          { paths: { prefix: value } },
          [`paths.prefix: ${prefix}, but got ${JSON.stringify(value)}`],
        ] as const,
    ),
    [{ paths: '/oauth' }, [`paths: ${group}`]],
    [{ paths: { prefx: '/oauth' } }, [`paths.prefx: ${unknownKey}`]],
    [{ edge: { ...edge, domain: 'Auth.example.com' } }, [`edge.domain: ${host}, but got "Auth.example.com"`]],
    [
      { edge: { ...edge, domain: 'https://a.example' } },
      [`edge.domain: ${host}, but got "https://a.example"`],
    ],
    [{ edge: { domain: 'auth.example.com' } }, [`edge.certificateArn: ${missing}`]],
    ...[
      'arn:aws:acm:eu-west-1:123456789012:certificate/0a',
      'arn:aws:acm:us-east-1:12345:certificate/0a',
      'arn:aws:iam::123456789012:server-certificate/x',
    ].map(
      (value) =>
        [
          { edge: { ...edge, certificateArn: value } },
          [`edge.certificateArn: ${certificate}, but got "${value}"`],
        ] as const,
    ),
    [
      { edge: { ...edge, webAclArn: 'arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/a/b' } },
      [`edge.webAclArn: ${webAcl}, but got "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/a/b"`],
    ],
    [
      { edge: { ...edge, requestsPerFiveMinutes: 99 } },
      ['edge.requestsPerFiveMinutes: a whole number of requests from 100 to 2000000000, but got 99'],
    ],
    [{ scopes: {} }, ['scopes: at least one scope']],
    [{ scopes: 'read' }, ['scopes: the scope catalogue: a name and its description each, but got "read"']],
    [{ scopes: { read: 'Read' } }, [`scopes.read: ${group}`]],
    [{ scopes: { read: {} } }, [`scopes.read.description: ${missing}`]],
    [
      { scopes: { read: { description: '  ' } } },
      ['scopes.read.description: a text that is not empty, but got ""'],
    ],
    [{ scopes: { 'a b': { description: 'x' } } }, [`scopes.a b: ${scopeName}, but got "a b"`]],
    [
      { scopes: { read: { description: 'x', user: 'yes' } } },
      ['scopes.read.user: true or false, but got "yes"'],
    ],
    [
      {
        scopes: JSON.parse(
          '{"__proto__":{"description":"x"},"constructor":{"description":"x"},"a":{"description":"x"}}',
        ),
      },
      [`scopes.__proto__: ${reserved}`, `scopes.constructor: ${reserved}`],
    ],
    [
      { scopes: { read: { description: 'x', contains: ['nope'] } } },
      ['scopes.read.contains.0: a scope of the catalogue, but there is no "nope"'],
    ],
    [
      { scopes: { a: { description: 'x', contains: ['b'] }, b: { description: 'x', contains: ['a'] } } },
      [
        'scopes.a.contains: scopes that do not contain this one in turn',
        'scopes.b.contains: scopes that do not contain this one in turn',
      ],
    ],
    [
      { scopes: { a: { description: 'x', contains: ['a'] } } },
      ['scopes.a.contains: scopes that do not contain this one in turn'],
    ],
    [
      { scope: { whenOmitted: 'all' } },
      ['scope.whenOmitted: one of default, registered, error, but got "all"'],
    ],
    [{ scope: {} }, ['scope.default: at least one scope, since scope.whenOmitted is "default"']],
    [
      { scope: { default: ['read', 'nope'] } },
      ['scope.default.1: a scope of the catalogue, but there is no "nope"'],
    ],
    [
      { scope: { default: ['toString'] } },
      ['scope.default.0: a scope of the catalogue, but there is no "toString"'],
    ],
    [{ grants: {} }, ['grants: at least one grant that gives tokens to begin with']],
    [{ grants: { implicit: {} } }, [`grants.implicit: ${unknownKey}`]],
    ...[59, 2_592_001, 60.5, '3600', Number.NaN].map(
      (value) =>
        [
          { grants: { client_credentials: { accessTokenTtlSeconds: value } } },
          [
            `grants.client_credentials.accessTokenTtlSeconds: ${ttl}, but got ${typeof value === 'string' ? `"${value}"` : value}`,
          ],
        ] as const,
    ),
    [
      { accessToken: { format: 'paseto' } },
      ['accessToken.format: a format: jwt, prefixed or uuid, but got "paseto"'],
    ],
    [{ signing: { algorithm: 'HS256' } }, ['signing.algorithm: one of ES256, RS256, EdDSA, but got "HS256"']],
    [{ signing: { algorithm: 'none' } }, ['signing.algorithm: one of ES256, RS256, EdDSA, but got "none"']],
    [{ response: { tokenType: 'BEARER' } }, ['response.tokenType: one of Bearer, bearer, but got "BEARER"']],
    [{ response: { scope: 'never' } }, ['response.scope: one of always, changed, but got "never"']],
    [
      { rateLimits: { defaultTier: 'two', tiers: { one: { requestsPerMinute: 1 } } } },
      ['rateLimits.defaultTier: one of the tiers (one)'],
    ],
    [
      { rateLimits: { defaultTier: 'one', tiers: { one: { requestsPerMinute: 0 } } } },
      [
        'rateLimits.tiers.one.requestsPerMinute: a whole number of requests a minute from 1 to 1000000, but got 0',
      ],
    ],
    [
      {
        rateLimits: {
          defaultTier: 'one',
          tiers: {
            one: { requestsPerMinute: 1 },
            'a-1': { requestsPerMinute: 1 },
            a_1: { requestsPerMinute: 1 }, // API Gateway would refuse the key's value
            Two: { requestsPerMinute: 1 },
          },
        },
      },
      [
        `rateLimits.tiers.a_1: ${tierName}, but got "a_1"`,
        `rateLimits.tiers.Two: ${tierName}, but got "Two"`,
      ],
    ],
    [
      { rateLimits: { defaultTier: 'constructor', tiers: { constructor: { requestsPerMinute: 1 } } } },
      [`rateLimits.tiers.constructor: ${reserved}`, 'rateLimits.defaultTier: one of the tiers ()'],
    ],
    [
      { throttle: { burst: 5001 } },
      ['throttle.burst: a whole number of requests from 1 to 5000, but got 5001'],
    ],
    [
      { alarms: { topicArn: 'arn:aws:sqs:eu-west-1:123456789012:on-call' } },
      ['alarms.topicArn: the ARN of an SNS topic, but got "arn:aws:sqs:eu-west-1:123456789012:on-call"'],
    ],
    [{ alarms: {} }, [`alarms.topicArn: ${missing}`]],
    [
      { alarms: { topicArn: 'arn:aws:sns:eu-west-1:123456789012:on-call' } },
      ['alarms: a vend, which alone has alarms'],
    ],
    [{ logs: { level: 'TRACE' } }, ['logs.level: one of DEBUG, INFO, WARN, ERROR, but got "TRACE"']],
  ]
  test.each(faulty)('%j', (different, faults) => {
    expect(faultsOf({ ...sound, ...different })).toEqual(faults)
  })
})

describe('all faults are told together', () => {
  test('those of single values and those between values, though a section is broken', () => {
    expect(
      faultsOf({
        name: '!',
        scopes: { read: { description: 'Read', contains: ['nope'] } },
        scope: { default: ['gone'] },
        grants: { client_credentials: { accessTokenTtlSeconds: 1, refresh: true } },
        rateLimits: { defaultTier: 'two', tiers: { one: { requestsPerMinute: 1 } } },
        extra: 1,
      }),
    ).toEqual([
      `name: ${name}, but got "!"`,
      `grants.client_credentials.accessTokenTtlSeconds: ${ttl}, but got 1`,
      `grants.client_credentials.refresh: ${unknownKey}`,
      `extra: ${unknownKey}`,
      'scopes.read.contains.0: a scope of the catalogue, but there is no "nope"',
      'scope.default.0: a scope of the catalogue, but there is no "gone"',
      'rateLimits.defaultTier: one of the tiers (one)',
    ])
  })

  test.each([{ data: null }, { data: undefined }, { data: {} }])(
    'an empty file lacks what has no default: $data',
    (row) => {
      expect(faultsOf(row.data)).toEqual([
        `rateLimits: ${missing}`,
        'scopes: at least one scope',
        'grants: at least one grant that gives tokens to begin with',
      ])
    },
  )
  test.each([{ data: 'hello' }, { data: 7 }])(
    'a file that is one value is no configuration: $data',
    ({ data }) => {
      expect(faultsOf(data)).toEqual([`: ${group}`])
    },
  )
})
