/** The team's API in a deployment: what may not collide, and what the local stack puts in place. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { isPlaceholder, readDeployment } from '../../../infra/config/deployment.ts'
import { FaultyFile } from '../../../shared/config/faults.ts'

const folder = mkdtempSync(join(tmpdir(), 'scrip-deployment-'))
afterAll(() => rmSync(folder, { recursive: true }))

const sound = {
  scopes: { read: { description: 'Read' } },
  scope: { whenOmitted: 'error' },
  grants: { authorization_code: {}, password: {}, refresh_token: {} },
  rateLimits: { defaultTier: 'one', tiers: { one: { requestsPerMinute: 1 } } },
}
const upstreams = {
  sample: { url: 'https://jobs.example' },
  deep: { url: 'https://api.jobs.example:8443/base', timeoutSeconds: 3 },
  real: { url: 'https://jobs.example.com' },
  own: { functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:jobs' },
}
const withPaths = (...paths: string[]) => ({
  ...sound,
  api: {
    upstreams,
    routes: paths.map((path) => ({ path, methods: ['GET'], scope: ['read'], upstream: 'sample' })),
  },
})

/** The deployment of a configuration file with this content; JSON is YAML. */
function deploymentOf(config: object, local?: object) {
  const file = join(folder, 'scrip.yaml')
  writeFileSync(file, JSON.stringify(config))
  return readDeployment((key) => ({ config: file, local })[key], {})
}

function faultsOf(config: object): string[] {
  try {
    deploymentOf(config)
    return []
  } catch (error) {
    if (!(error instanceof FaultyFile)) throw error
    return error.faults.map(({ path, expected }) => `${path}: ${expected}`)
  }
}

describe('a route of the API may not take requests from an endpoint of ours', () => {
  test.each([
    ['/api/v1/token', '/api/v1/token'],
    ['/oauth/token', '/oauth/token'],
    ['/oauth/{x}', '/oauth/token'],
    ['/oauth/token/{grant}', '/oauth/token/authorization_code'],
    ['/oauth/{x+}', '/oauth/token'],
    ['/oauth/leaked', '/oauth/leaked'],
    ['/oauth/account', '/oauth/account'],
    ['/oauth/login', '/oauth/login'],
    ['/oauth/style.css', '/oauth/style.css'],
    ['/{proxy+}', '/oauth/token'],
    ['/.well-known/{x}', '/.well-known/jwks.json'],
    ['/health', '/health'],
    ['/{x}', '/health'],
  ])('%s is refused', (path) => {
    expect(faultsOf(withPaths('/jobs', path))).toEqual([
      expect.stringMatching(
        /^api\.routes\.1\.path: a path of its own, but .* collides with Scrip's \/[a-z.]/,
      ),
    ])
  })

  test('wherever the endpoints are', () => {
    const elsewhere = { ...withPaths('/id/token', '/oauth/token'), paths: { prefix: '/id' } }
    expect(faultsOf(elsewhere)).toEqual([
      "api.routes.0.path: a path of its own, but /id/token collides with Scrip's /id/token",
    ])
  })

  test('and every one that does is told together', () => {
    expect(faultsOf(withPaths('/health', '/jobs', '/oauth/revoke'))).toEqual([
      "api.routes.0.path: a path of its own, but /health collides with Scrip's /health",
      "api.routes.2.path: a path of its own, but /oauth/revoke collides with Scrip's /oauth/revoke",
    ])
  })

  test.each([
    '/api/v1/jobs',
    '/api/v1/jobs/{id}',
    '/api/v1/token/x',
    '/v1/{rest+}',
    '/.well-known',
    '/oauth',
  ])('%s does not', (path) => {
    expect(faultsOf(withPaths(path))).toEqual([])
  })
})

describe('upstreams', () => {
  const origin = 'http://127.0.0.1:3000'
  const sampleUpstream = 'http://127.0.0.1:3001'
  const apiOf = (local?: object) => deploymentOf(withPaths('/jobs'), local).config.api
  const asConfigured = {
    sample: { ...upstreams.sample, timeoutSeconds: 10 },
    deep: upstreams.deep,
    real: { ...upstreams.real, timeoutSeconds: 10 },
    own: { ...upstreams.own, timeoutSeconds: 10 },
  }

  test('on AWS are those of the file, and none on loopback', () => {
    expect(apiOf()).toMatchObject({ upstreams: asConfigured, loopbackUpstreams: false })
  })

  test('on the local stack are a sample where nobody could reach them, and it may be on loopback', () => {
    expect(apiOf({ origin, edge: false, sampleUpstream })).toMatchObject({
      upstreams: {
        ...asConfigured,
        sample: { url: sampleUpstream, timeoutSeconds: 10 },
        deep: { url: sampleUpstream, timeoutSeconds: 3 },
      },
      loopbackUpstreams: true,
    })
  })

  test('on the local stack without a sample stay as they are', () => {
    expect(apiOf({ origin, edge: true })).toMatchObject({ upstreams: asConfigured, loopbackUpstreams: true })
  })

  test('may not be opened to loopback by a file', () => {
    const opened = { ...sound, api: { upstreams, loopbackUpstreams: true } }
    expect(faultsOf(opened)).toEqual(['api.loopbackUpstreams: no such setting; is it misspelled?'])
  })

  test.each(['here', 7, ''])('may not be replaced by %j, which is no URL', (value) => {
    expect(() => apiOf({ origin, edge: false, sampleUpstream: value })).toThrow('context local takes')
  })

  test('without an API there are none, wherever it is', () => {
    expect(deploymentOf(sound).config).not.toHaveProperty('api')
    expect(deploymentOf(sound, { origin, edge: false, sampleUpstream }).config).not.toHaveProperty('api')
  })
})

test.each([
  ['https://jobs.example', true],
  ['https://a.b.example:8443/x', true],
  ['https://example', false],
  ['https://jobs.example.com', false],
  ['https://jobsexample', false],
  ['https://jobs.test/.example', false],
])('the host of %s exists nowhere: %s (RFC 6761 §6.5)', (url, isNowhere) => {
  expect(isPlaceholder(url)).toBe(isNowhere)
})
