import { expect, test } from 'vitest'
import { issuerOf } from '../../../shared/http/issuer.ts'
import { apiGatewayEvent } from '../../support/api-gateway-event.ts'

const amazon = 'https://abc123.execute-api.eu-west-1.amazonaws.com'
const forged = [
  ['Host', 'evil.example'],
  ['X-Forwarded-Host', 'evil.example'],
  ['X-Forwarded-Proto', 'http'],
  ['Forwarded', 'host=evil.example'],
] as const

test.each([
  { what: 'the stage stands in it', request: {}, issuer: `${amazon}/prod` },
  {
    what: 'of a resource of several parts',
    request: { resource: '/oauth/token/client_credentials' },
    issuer: `${amazon}/prod`,
  },
  { what: 'of a well-known path', request: { resource: '/.well-known/jwks.json' }, issuer: `${amazon}/prod` },
  {
    what: 'a custom domain without a base path has no stage',
    request: { domainName: 'auth.example.com', fullPath: '/oauth/token' },
    issuer: 'https://auth.example.com',
  },
  {
    what: 'a base path mapping stands in it',
    request: { domainName: 'auth.example.com', fullPath: '/tenant/a/oauth/token' },
    issuer: 'https://auth.example.com/tenant/a',
  },
  {
    what: 'a trailing slash of the request is not in it',
    request: { fullPath: '/prod/oauth/token/' },
    issuer: `${amazon}/prod`,
  },
  {
    what: 'a base path that looks like the resource',
    request: { fullPath: '/oauth/token/oauth/token' },
    issuer: `${amazon}/oauth/token`,
  },
  {
    what: 'loopback is the local stack, over http',
    request: { domainName: '127.0.0.1:3000', fullPath: '/oauth/token' },
    issuer: 'http://127.0.0.1:3000',
  },
  {
    what: 'a name that begins like loopback is not',
    request: { domainName: 'localhost.example.com', fullPath: '/oauth/token' },
    issuer: 'https://localhost.example.com',
  },
  { what: 'no header of the client is believed', request: { headers: forged }, issuer: `${amazon}/prod` },
])('the issuer read off a request: $what', ({ request, issuer }) => {
  expect(issuerOf(undefined, apiGatewayEvent(request))).toBe(issuer)
})

test.each([
  { resource: '/jobs/{job}', pathParameters: { job: '42' }, fullPath: '/prod/jobs/42' },
  { resource: '/jobs/{job}', pathParameters: { job: 'a/b' }, fullPath: '/prod/jobs/a%2Fb' },
  { resource: '/{rest+}', pathParameters: { rest: 'a/b/c' }, fullPath: '/prod/a/b/c' },
  { resource: '/jobs/{rest+}', pathParameters: { rest: 'jobs' }, fullPath: '/prod/jobs/jobs' },
  { resource: '/jobs/{rest+}', pathParameters: { rest: 'a/b' }, fullPath: '/prod/jobs/a%2Fb' },
  { resource: '/jobs/{rest+}', pathParameters: { rest: 'a%2Fb' }, fullPath: '/prod/jobs/a%2Fb' },
  { resource: '/jobs/{rest+}', pathParameters: { rest: 'a/b/c' }, fullPath: '/prod/jobs/a/b%2fc' },
  { resource: '/jobs/{rest+}', pathParameters: { rest: '/' }, fullPath: '/prod/jobs/%2F' },
  { resource: '/jobs/{rest+}', pathParameters: { rest: 'a/' }, fullPath: '/prod/jobs/a//' },
  { resource: '/jobs/{rest+}', pathParameters: { rest: 'a' }, fullPath: '/prod/jobs/a/' },
  { resource: '/jobs/{rest+}', pathParameters: { rest: 'a/' }, fullPath: '/prod/jobs/a/' },
  { resource: '/jobs/{rest+}', pathParameters: { rest: 'a/b/' }, fullPath: '/prod/jobs/a%2Fb/' },
  { resource: '/jobs/{rest+}', pathParameters: { rest: 'a%2Fb/' }, fullPath: '/prod/jobs/a%2Fb/' },
  { resource: '/jobs/{rest+}', pathParameters: { rest: 'a//' }, fullPath: '/prod/jobs/a//' },
  { resource: '/jobs/{rest+}', pathParameters: { rest: '/' }, fullPath: '/prod/jobs//' },
  { resource: '/jobs/{rest+}', pathParameters: { rest: '' }, fullPath: '/prod/jobs//' },
  { resource: '/jobs/{rest+}', pathParameters: { rest: '100%' }, fullPath: '/prod/jobs/100%' },
  { resource: '/jobs/{rest+}', pathParameters: { rest: 'x/prod/jobs' }, fullPath: '/prod/jobs/x/prod/jobs' },
  { resource: '/jobs/{rest+}', pathParameters: { rest: 'é' }, fullPath: '/prod/%6Aobs/%C3%A9' },
  { resource: '/{a}/x/{rest+}', pathParameters: { a: '1', rest: '2/3' }, fullPath: '/prod/1/x/2/3' },
])(
  'of a templated resource, $resource, too: $fullPath with $pathParameters',
  ({ resource, pathParameters, fullPath }) => {
    const event = { ...apiGatewayEvent({ resource, fullPath }), pathParameters }
    expect(issuerOf(undefined, event)).toBe(`${amazon}/prod`)
  },
)

test('a configured issuer is what it is', () => {
  expect(issuerOf('https://auth.example.com', apiGatewayEvent({ headers: forged }))).toBe(
    'https://auth.example.com',
  )
})

const { domainName: _, ...withoutDomain } = apiGatewayEvent().requestContext
test.each([
  {
    what: 'a path that is not the resource’s',
    event: apiGatewayEvent({ resource: '/oauth/token', fullPath: '/prod/oauth/revoke' }),
  },
  {
    what: 'a path shorter than the resource',
    event: apiGatewayEvent({ resource: '/oauth/token/password', fullPath: '/token/password' }),
  },
  {
    what: 'a path that does not end in what its greedy parameter read',
    event: {
      ...apiGatewayEvent({ resource: '/jobs/{rest+}', fullPath: '/prod/jobs/a/b' }),
      pathParameters: { rest: 'c' },
    },
  },
  {
    what: 'a path that has fewer slashes at its end than its greedy parameter',
    event: {
      ...apiGatewayEvent({ resource: '/jobs/{rest+}', fullPath: '/prod/jobs/a/' }),
      pathParameters: { rest: 'a//' },
    },
  },
  { what: 'no domain name', event: { ...apiGatewayEvent(), requestContext: withoutDomain } },
])('$what leaves it open, which is an error', ({ event }) => {
  expect(() => issuerOf(undefined, event)).toThrow(
    new Error('the issuer cannot be read off this request; set it in the configuration'),
  )
})
