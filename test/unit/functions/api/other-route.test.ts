import { describe, expect, test } from 'vitest'
import { apiEndpoint } from '../../../../functions/api/api.ts'
import { preferredPaths } from '../../../../functions/api/route.ts'
import type { ApiRoute } from '../../../../shared/config/types.ts'
import { lambdaContext } from '../../../support/api-gateway-event.ts'
import { captureLog } from '../../../support/log-lines.ts'
import { errorResponse, rateTold, read } from '../../../support/responses.ts'
import { NOW } from '../../../support/token-deployment.ts'
import { ada, apiEvent } from './support.ts'

const log = captureLog()
const scopes = { read: { contains: [] }, admin: { contains: [] } }
const route = (path: string, scope: string): ApiRoute => ({
  path,
  methods: ['GET'],
  scope: [scope],
  upstream: 'files',
})
const routes = [
  route('/{all+}', 'read'),
  route('/files/{name}', 'read'),
  route('/files/secret', 'admin'),
  route('/files/{name}/{rest+}', 'read'),
  route('/files/{name}/keys', 'admin'),
  route('/Files/{id}', 'read'),
  route('/{a}/{b}/{c}/{d}', 'read'),
]

/** An event as API Gateway would send it that had matched the path before it decoded it. */
async function ask(resource: string, path: string, pathParameters: Record<string, string>) {
  const asked: string[] = []
  const handler = apiEndpoint({
    routes,
    scopes,
    upstreams: new Map([
      [
        'files',
        async (request) => {
          asked.push(request.path.path)
          return { status: 200, headers: {}, body: Buffer.from('ok') }
        },
      ],
    ]),
    clock: () => NOW * 1000,
  })
  const caller = { ...ada, scope: ['read'] }
  const response = await handler(apiEvent({ resource, path, pathParameters, caller }), lambdaContext)
  return { response, asked }
}

describe('the scope of one route opens no other that the upstream would see', () => {
  test.each([
    {
      what: 'an encoded letter',
      resource: '/files/{name}',
      path: '/files/secre%74',
      parameters: { name: 'secret' },
    },
    {
      what: 'a letter encoded twice',
      resource: '/files/{name}',
      path: '/files/secre%2574',
      parameters: { name: 'secre%74' },
    },
    {
      what: 'another case',
      resource: '/files/{name}',
      path: '/files/SECRET',
      parameters: { name: 'SECRET' },
    },
    {
      what: 'an encoded letter before a literal',
      resource: '/{all+}',
      path: '/%66iles/secret',
      parameters: { all: 'files/secret' },
    },
    {
      what: 'another case before a parameter',
      resource: '/{all+}',
      path: '/FILES/a',
      parameters: { all: 'FILES/a' },
    },
    {
      what: 'a literal behind a parameter',
      resource: '/files/{name}/{rest+}',
      path: '/files/a/key%73',
      parameters: { name: 'a', rest: 'keys' },
    },
    {
      what: 'the base path of a custom domain in front',
      resource: '/files/{name}',
      path: '/base/files/secre%74',
      parameters: { name: 'secret' },
    },
    {
      what: 'a path of Scrip’s own',
      resource: '/{a}/{b}/{c}/{d}',
      path: '/%61pi/v1/x/y',
      parameters: { a: 'api', b: 'v1', c: 'x', d: 'y' },
    },
  ])('$what: $path as $resource', async ({ resource, path, parameters }) => {
    const { response, asked } = await ask(resource, path, parameters)
    expect(read(response)).toEqual(
      errorResponse(400, 'invalid_request', 'The path is not valid', rateTold(NOW)),
    )
    expect(asked).toEqual([])
    expect(log.text()).toContain('the path: another route is for it')
  })
})

test.each([
  { resource: '/files/{name}', path: '/files/secrets', parameters: { name: 'secrets' } },
  { resource: '/files/{name}', path: '/files/a', parameters: { name: 'a' } },
  { resource: '/Files/{id}', path: '/Files/a', parameters: { id: 'a' } },
  { resource: '/{all+}', path: '/files', parameters: { all: 'files' } },
  { resource: '/{all+}', path: '/other/files/secret', parameters: { all: 'other/files/secret' } },
  { resource: '/files/{name}/{rest+}', path: '/files/a/keys/b', parameters: { name: 'a', rest: 'keys/b' } },
  { resource: '/{all+}', path: '/%7Bx%2B%7D/y', parameters: { all: '{x+}/y' } },
])('what no other route is for passes: $path as $resource', async ({ resource, path, parameters }) => {
  const { response, asked } = await ask(resource, path, parameters)
  expect({ status: response.statusCode, asked }).toEqual({ status: 200, asked: [expect.any(String)] })
})

test('the paths that are preferred to a resource are looked for once, however many requests there are', () => {
  const preferred = preferredPaths(routes)
  const ofFiles = preferred('/files/{name}')
  expect(ofFiles).toEqual(['/api/v1/token', '/api/v1/{proxy+}', '/files/secret'])
  expect(preferred('/files/{name}')).toBe(ofFiles)
  expect(preferred('/files/secret')).toEqual([])
})
