import { describe, expect, test } from 'vitest'
import { type Fault, FaultyFile } from '../../../shared/config/faults.ts'
import { checkConfig } from '../../../shared/config/parse.ts'

const sound = {
  scopes: { read: { description: 'Read' }, write: { description: 'Write' } },
  scope: { whenOmitted: 'error' },
  grants: { client_credentials: {} },
  rateLimits: { defaultTier: 'one', tiers: { one: { requestsPerMinute: 1 } } },
}
const upstream = { url: 'https://jobs.example' }
const functionArn = 'arn:aws:lambda:eu-west-1:123456789012:function:jobs'
const secretArn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:jobs-AbCdEf'
const notSecretArns = [
  'arn:aws:secretsmanager:eu-west-1:123456789012:secret:jobs',
  'arn:aws:secretsmanager:eu-west-1:123456789012:secret:jobs-AbCdE',
  'arn:aws:secretsmanager:eu-west-1:123456789012:secret:*',
  'arn:aws:secretsmanager:eu-west-1:123456789012:secret:jobs-??????',
  'arn:aws:secretsmanager:eu-west-1:1234:secret:jobs-AbCdEf',
  'arn:aws:secretsmanager::123456789012:secret:jobs-AbCdEf',
  'arn:aws:ssm:eu-west-1:123456789012:secret:jobs-AbCdEf',
  'jobs-AbCdEf',
  '',
]
const wholeSecretArn = 'the ARN of a secret in Secrets Manager, with its six characters at the end'
const route = { path: '/jobs', methods: ['GET'], scope: ['read'], upstream: 'jobs' }
const apiOf = (...routes: object[]) => ({ api: { upstreams: { jobs: upstream }, routes } })
const upstreamOf = (jobs: unknown) => ({ api: { upstreams: { jobs }, routes: [route] } })

/** The faults as `path: expectation`. */
function faultsOf(different: object): string[] {
  try {
    checkConfig({ ...sound, ...different }, 'scrip.yaml')
    return []
  } catch (error) {
    if (!(error instanceof FaultyFile)) throw error
    return error.faults.map(({ path, expected }: Fault) => `${path}: ${expected}`)
  }
}

const unknownKey = 'no such setting; is it misspelled?'
const missing = 'this setting, which is missing'
const prefix =
  'a prefix of letters, digits and underscores, such as bb_live_; {environment} stands for live or test'
const url = 'an https URL in its normal form, without user, query, fragment or trailing slash'
const eitherUpstream =
  'url (https) with an optional secretArn, or functionArn, and an optional timeoutSeconds from 1 to 25'
const path = 'a path such as /api/v1/jobs/{id}'
const methods = 'one of GET, HEAD, POST, PUT, PATCH, DELETE'
const upstreamName = 'an upstream name: a lower-case letter, then up to 29 letters or digits'
const scopeName = 'a scope name: printable ASCII without space, " or \\ (RFC 6749 §3.3)'

describe('what the API may be', () => {
  test.each<{ different: object }>([
    { different: { api: {} } },
    { different: { apiTokens: { prefix: 'bb_{environment}_' }, api: {} } },
    { different: apiOf(route, { ...route, methods: ['POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'] }) },
    { different: apiOf(route, { ...route, path: '/jobs/{id}' }, { ...route, path: '/jobs/{id}/{rest+}' }) },
    { different: apiOf({ ...route, path: '/api/v1/jobs' }, { ...route, path: '/api/v1/jobs/{id}' }) },
    { different: apiOf(...Array.from({ length: 100 }, (_, index) => ({ ...route, path: `/${index}` }))) },
    { different: upstreamOf({ ...upstream, secretArn, timeoutSeconds: 25 }) },
    { different: upstreamOf({ ...upstream, secretArn: secretArn.replace('jobs', 'team/jobs_+=.@-x') }) },
    { different: upstreamOf({ url: 'https://1.1.1.1' }) },
    { different: upstreamOf({ url: 'https://jobs.example:8443/base', timeoutSeconds: 1 }) },
    ...['', ':live', ':$LATEST', ':7'].map((qualifier) => ({
      different: upstreamOf({ functionArn: `${functionArn}${qualifier}` }),
    })),
    { different: { environment: 'test', leaked: { requestsPerMinute: 10_000 } } },
  ])('%j', ({ different }) => {
    expect(faultsOf(different)).toEqual([])
  })
})

describe('each fault of the API is told with its path', () => {
  const faulty: readonly (readonly [different: object, faults: unknown])[] = [
    [{ environment: 'prod' }, ['environment: one of live, test, but got "prod"']],
    [{ apiTokens: { prefix: 'bb_' } }, ['api: an api that API tokens open; it may be empty: {}']],
    [{ apiTokens: { prefix: 'bb_' }, api: { routes: {} } }, ['api.routes: a list of routes, but got Object']],
    [{ apiTokens: { prefix: 'bb_' }, api: null }, ['api: a group of settings']],
    [{ api: {}, apiTokens: {} }, [`apiTokens.prefix: ${missing}`]],
    ...['', 'bb-', '{env}', '{environment', 'x'.repeat(31)].map(
      (value) =>
        [
          { api: {}, apiTokens: { prefix: value } },
          [`apiTokens.prefix: ${prefix}, but got "${value}"`],
        ] as const,
    ),
    ...[0, 10_001, 1.5].map(
      (value) =>
        [
          { leaked: { requestsPerMinute: value } },
          [`leaked.requestsPerMinute: a whole number of reports a minute from 1 to 10000, but got ${value}`],
        ] as const,
    ),
    [{ api: { loopbackUpstreams: true } }, [`api.loopbackUpstreams: ${unknownKey}`]],
    [{ api: { routes: {} } }, ['api.routes: a list of routes, but got Object']],
    [
      apiOf(...Array.from({ length: 101 }, (_, index) => ({ ...route, path: `/${index}` }))),
      ['api.routes: at most 100 routes, but got 101'],
    ],
    [apiOf({}), ['path', 'methods', 'scope', 'upstream'].map((name) => `api.routes.0.${name}: ${missing}`)],
    [apiOf({ ...route, auth: false }), [`api.routes.0.auth: ${unknownKey}`]],
    [apiOf({ ...route, path: 'jobs' }), [`api.routes.0.path: ${path}, but got "jobs"`]],
    [apiOf({ ...route, path: 7 }), ['api.routes.0.path: a path, but got 7']],
    [
      apiOf({ ...route, path: '/{a+}/b' }),
      ['api.routes.0.path: a {name+} only as the last segment, but got "/{a+}/b"'],
    ],
    [apiOf({ ...route, methods: [] }), ['api.routes.0.methods: at least one method, but got 0']],
    [apiOf({ ...route, methods: 'GET' }), ['api.routes.0.methods: a list of methods, but got "GET"']],
    ...['get', 'OPTIONS', 'ANY', 'TRACE', '*'].map(
      (value) =>
        [
          apiOf({ ...route, methods: ['GET', value] }),
          [`api.routes.0.methods.1: ${methods}, but got "${value}"`],
        ] as const,
    ),
    [apiOf({ ...route, scope: [] }), ['api.routes.0.scope: at least one scope, but got 0']],
    [apiOf({ ...route, scope: 'read' }), ['api.routes.0.scope: a list of scope names, but got "read"']],
    [apiOf({ ...route, scope: ['a b'] }), [`api.routes.0.scope.0: ${scopeName}, but got "a b"`]],
    ...['nope', 'toString', '__proto__'].map(
      (value) =>
        [
          apiOf({ ...route, scope: ['read', value] }),
          [`api.routes.0.scope.1: a scope of the catalogue, but there is no "${value}"`],
        ] as const,
    ),
    ...['others', 'toString'].map(
      (value) =>
        [
          apiOf({ ...route, upstream: value }),
          ['api.routes.0.upstream: the name of an upstream of api.upstreams'],
        ] as const,
    ),
    [
      { api: { upstreams: 'jobs' } },
      ['api.upstreams: the upstreams, each with a url or a functionArn, but got "jobs"'],
    ],
    [
      { api: { upstreams: JSON.parse('{"__proto__":{},"constructor":{}}') } },
      ['__proto__', 'constructor'].map(
        (name) => `api.upstreams.${name}: another name: this one is JavaScript’s`,
      ),
    ],
    ...['Jobs', '1st', 'my-jobs', 'my_jobs', 'x'.repeat(31)].map(
      (value) =>
        [
          { api: { upstreams: { [value]: upstream } } },
          [`api.upstreams.${value}: ${upstreamName}, but got "${value}"`],
        ] as const,
    ),
    ...[
      'http://jobs.example',
      'http://127.0.0.1:3000',
      'http://localhost:3000',
      'ftp://jobs.example',
      'https://jobs.example/',
      'https://jobs.example/base/',
      'https://JOBS.example',
      'https://jobs.example:443',
      'https://me:pw@jobs.example',
      'https://jobs.example?x=1',
      'https://jobs.example#x',
      'https://jobs.example/a/../b',
      'jobs.example',
      '//jobs.example',
      ' https://jobs.example',
      '',
    ].map(
      (value) =>
        [upstreamOf({ url: value }), [`api.upstreams.jobs.url: ${url}, but got "${value}"`]] as const,
    ),
    ...[
      'https://127.0.0.1',
      'https://127.0.0.1:8443/base',
      'https://10.0.0.1',
      'https://169.254.169.254/latest',
      'https://[::1]',
      'https://[fd00:ec2::254]',
      'https://localhost',
      'https://localhost.',
      'https://jobs.localhost:8443',
    ].map(
      (value) =>
        [
          upstreamOf({ url: value }),
          [
            `api.upstreams.jobs.url: the URL of a public host: no private address, and not localhost, but got "${value}"`,
          ],
        ] as const,
    ),
    ...notSecretArns.map(
      (value) =>
        [
          upstreamOf({ ...upstream, secretArn: value }),
          [`api.upstreams.jobs.secretArn: ${wholeSecretArn}`],
        ] as const,
    ),
    [
      {
        upstream: {
          issuer: 'https://idp.example',
          clientId: 'c',
          name: 'I',
          clientSecretArn: notSecretArns[0],
        },
      },
      expect.arrayContaining([`upstream.clientSecretArn: ${wholeSecretArn}`]),
    ],
    ...['privateKeySecretArn', 'tokenSecretArn'].map((name) => {
      const part = name === 'tokenSecretArn' ? 'buildkite' : 'github'
      return [
        { vend: { [part]: { [name]: notSecretArns[0] } } },
        expect.arrayContaining([`vend.${part}.${name}: ${wholeSecretArn}`]),
      ] as const
    }),
    ...[{}, 'https://jobs.example', { ...upstream, functionArn }, { functionArn, secretArn }].map(
      (value) =>
        [upstreamOf(value), [expect.stringContaining(`api.upstreams.jobs: ${eitherUpstream}`)]] as const,
    ),
  ]
  test.each(faulty)('%j', (different, faults) => {
    expect(faultsOf(different)).toEqual(faults)
  })
})
