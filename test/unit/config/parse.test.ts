import { describe, expect, test } from 'vitest'
import { FaultyFile } from '../../../shared/config/faults.ts'
import { parseConfig } from '../../../shared/config/parse.ts'
import { preset, presetNames } from '../../support/presets.ts'

/** What a minimal file becomes. */
const minimal = {
  name: 'Scrip',
  environment: 'live',
  paths: { prefix: '/oauth' },
  scopes: { read: { description: 'Read', contains: [], user: false } },
  scope: { whenOmitted: 'error', default: [] },
  grants: { client_credentials: { accessTokenTtlSeconds: 3600, refreshToken: false, subject: 'client' } },
  accessToken: { format: 'jwt' },
  signing: { algorithm: 'ES256' },
  response: { tokenType: 'Bearer', scope: 'changed', refreshTokenExpiresIn: false },
  refresh: {
    ttlSeconds: 2_592_000,
    lifetime: 'fixed',
    overlapSeconds: 30,
    revokesAccessToken: false,
    prefix: '',
    length: 80,
  },
  authorize: { codeTtlSeconds: 60, requiredParameters: {} },
  session: { idleSeconds: 3600, absoluteSeconds: 86_400 },
  signIn: { windowSeconds: 900, failuresPerUser: 10, failuresPerSource: 100 },
  pages: { serviceName: 'Scrip' },
  errors: {},
  pkce: { required: 'always' },
  redirectUris: { match: 'exact' },
  leaked: { requestsPerMinute: 60 },
  rateLimits: { defaultTier: 'one', tiers: { one: { requestsPerMinute: 1 } } },
  throttle: { ratePerSecond: 200, burst: 400 },
  logs: { retentionDays: 90, level: 'INFO' },
}
const minimalText = `
scopes: { read: { description: Read } }
scope: { whenOmitted: error }
grants: { client_credentials: {} }
rateLimits: { defaultTier: one, tiers: { one: { requestsPerMinute: 1 } } }
`

describe('a sound file', () => {
  test('becomes a configuration with every default filled in', () => {
    expect(parseConfig(minimalText, 'min.yaml')).toEqual(minimal)
  })

  test('becomes one with every default of vending filled in, none of them on this machine', () => {
    const vend = {
      issuers: [{ kind: 'buildkite', organization: 'acme', audience: 'scrip' }],
      profiles: {},
      github: { organization: 'acme', appId: '1' },
    }
    expect(parseConfig(`${minimalText}\nvend: ${JSON.stringify(vend)}`, 'vend.yaml').vend).toEqual({
      ...vend,
      github: {
        ...vend.github,
        apiUrl: 'https://api.github.com',
        host: 'github.com',
        installations: {},
      },
      buildkite: { apiUrl: 'https://api.buildkite.com' },
      response: 'seed',
      cacheSeconds: 2700,
      loopback: false,
    })
  })

  test.each(presetNames)('preset %s parses under its own name', (name) => {
    expect(preset(name).name.toLowerCase()).toBe(name === 'default' ? 'scrip' : name)
  })

  test('the buildr preset is Buildr’s API in data', () => {
    expect(preset('buildr')).toEqual({
      ...minimal,
      name: 'Buildr',
      scopes: {
        read: { description: 'Allows read access to the Buildr API', contains: [], user: false },
        write: { description: 'Allows write access to the Buildr API', contains: [], user: false },
      },
      scope: { whenOmitted: 'registered', default: [] },
      response: { tokenType: 'Bearer', scope: 'always', refreshTokenExpiresIn: false },
      api: {
        routes: [
          { path: '/v1/builds', methods: ['GET'], scope: ['read'], upstream: 'buildr' },
          { path: '/v1/builds', methods: ['POST'], scope: ['write'], upstream: 'buildr' },
          { path: '/v1/builds/{build}', methods: ['GET'], scope: ['read'], upstream: 'buildr' },
        ],
        upstreams: { buildr: { url: 'https://buildr.example', timeoutSeconds: 10 } },
        loopbackUpstreams: false,
      },
      rateLimits: { defaultTier: 'standard', tiers: { standard: { requestsPerMinute: 600 } } },
    })
  })

  test.each([
    { environment: '', prefix: 'bb_live_' },
    { environment: 'environment: live', prefix: 'bb_live_' },
    { environment: 'environment: test', prefix: 'bb_test_' },
  ])('has its environment in the prefixes of tokens: $environment', ({ environment, prefix }) => {
    const tokens = 'accessToken: { format: prefixed, prefix: "bb_{environment}_" }'
    const apiTokens = 'apiTokens: { prefix: "{environment}{environment}" }\napi: {}'
    const text = [minimalText, environment, tokens, apiTokens].join('\n')
    const [, name = ''] = prefix.split('_')
    expect(parseConfig(text, 'prefix.yaml')).toEqual({
      ...minimal,
      environment: name,
      accessToken: { format: 'prefixed', prefix },
      apiTokens: { prefix: name + name },
      api: { routes: [], upstreams: {}, loopbackUpstreams: false },
    })
  })

  test('may have an edge with its own web ACL', () => {
    const edge = {
      domain: 'auth.example.com',
      certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/0a1b-2c',
      webAclArn: 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/mine/0a1b',
    }
    expect(parseConfig(`${minimalText}\nedge: ${JSON.stringify(edge)}`, 'edge.yaml')).toEqual({
      ...minimal,
      edge: { ...edge, requestsPerFiveMinutes: 3000 },
    })
  })

  test.each([
    'https://auth.example.com',
    'https://auth.example.com:8443',
    'https://auth.example.com/tenant/a',
    'http://127.0.0.1:3000',
    'http://localhost:3000/prod',
    'http://[::1]:3000',
  ])('may have the issuer %s', (issuer) => {
    expect(parseConfig(`${minimalText}\nissuer: "${issuer}"`, 'issuer.yaml').issuer).toBe(issuer)
  })
})

describe('a file that is not YAML', () => {
  test.each([
    {
      what: 'a syntax error',
      text: 'scopes: [',
      fault: /^YAML, but: Flow sequence in block collection must be/,
    },
    {
      what: 'a tab as indentation',
      text: 'scopes:\n\tread: 1',
      fault: /^YAML, but: Tabs are not allowed as indentation/,
    },
    {
      what: 'a duplicate key',
      text: `${minimalText}\ngrants: {}`,
      fault: /^YAML, but: Map keys must be unique/,
    },
    {
      what: 'a duplicate key further in',
      text: 'scopes:\n  read: { description: a }\n  read: { description: b }',
      fault: /^YAML, but: Map keys must be unique/,
    },
    {
      what: 'two documents',
      text: 'a: 1\n---\nb: 2',
      fault: /^YAML, but: Source contains multiple documents/,
    },
    {
      what: 'an alias without its anchor',
      text: 'scopes: *read',
      fault: /^YAML, but: Unresolved alias .*: read$/,
    },
    {
      what: 'aliases that multiply',
      text: `a: &a [${'x,'.repeat(9)}]\nb: &b [${'*a,'.repeat(9)}]\nc: &c [${'*b,'.repeat(9)}]\nd: [${'*c,'.repeat(9)}]`,
      fault: /^YAML, but: Excessive alias count/,
    },
  ])('is refused for $what, with a place to look', ({ text, fault }) => {
    expect(() => parseConfig(text, 'bad.yaml')).toThrow(
      expect.objectContaining({
        name: 'FaultyFile',
        faults: [{ path: '', expected: expect.stringMatching(fault) }],
      }),
    )
  })
})

test('a fault’s message names file, path and expectation, one fault a line', () => {
  const error = new FaultyFile('scrip.yaml', [
    { path: 'issuer', expected: 'a URL' },
    { path: '', expected: 'a group of settings' },
  ])
  expect(error.message).toBe(
    'scrip.yaml: 2 faults\n  issuer: expected a URL\n  (the whole file): expected a group of settings',
  )
  expect(new FaultyFile('f', [{ path: 'a', expected: 'b' }]).message).toBe('f: one fault\n  a: expected b')
})
