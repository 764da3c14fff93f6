import { expect, test } from 'vitest'
import { RouteTree } from '../../../infra/local/api-gateway/routes.ts'
import type { Route } from '../../../infra/local/api-gateway/types.ts'
import { LocalStackError } from '../../../infra/local/errors.ts'

function route(httpMethod: string, resourcePath: string): Route {
  const method = {
    httpMethod,
    resourceId: resourcePath,
    functionArn: 'f',
    timeoutMilliseconds: 1,
    apiKeyRequired: false,
  }
  return { method, resourceId: resourcePath, resourcePath }
}

const tree = new RouteTree([
  route('GET', '/'),
  route('POST', '/oauth/token'),
  route('POST', '/oauth/{name}'),
  route('GET', '/oauth/{name}/details'),
  route('ANY', '/files/{proxy+}'),
  route('GET', '/files/index'),
])

const cases: readonly [string, string, string | undefined, object | null][] = [
  ['GET', '/', '/', null],
  ['POST', '/oauth/token', '/oauth/token', null],
  ['POST', '/oauth/token/', '/oauth/token', null],
  ['POST', '/oauth/other', '/oauth/{name}', { name: 'other' }],
  ['POST', '/oauth/a%2Fb', '/oauth/{name}', { name: 'a/b' }],
  ['GET', '/oauth/x/details', '/oauth/{name}/details', { name: 'x' }],
  ['DELETE', '/files/a/b/c', '/files/{proxy+}', { proxy: 'a/b/c' }],
  ['GET', '/files/index', '/files/index', null],
  ['GET', '/files/index/deeper', '/files/{proxy+}', { proxy: 'index/deeper' }],
  // The best resource alone decides: the greedy one is not asked for a method that the literal one lacks.
  ['POST', '/files/index', undefined, null],
  ['GET', '/oauth/token', undefined, null],
  ['HEAD', '/', undefined, null],
  ['GET', '/oauth', undefined, null],
  ['POST', '/oauth//', undefined, null],
  ['GET', '/nope', undefined, null],
]

test.each(cases)('%s %s goes to %s', (method, path, resourcePath, parameters) => {
  const match = tree.match(method, path)
  expect(match?.route.resourcePath).toBe(resourcePath)
  expect(match?.pathParameters ?? null).toEqual(parameters)
})

test.each([
  ['/jobs/{id}', '/jobs/{job}/logs', '{id} and {job}'],
  ['/jobs/{id}', '/jobs/{id+}', '{id} and {id+}'],
  ['/{proxy+}', '/{name}', '{proxy+} and {name}'],
])('a second variable at one place is refused, as API Gateway does: %s and %s', (one, other, named) => {
  expect(() => new RouteTree([route('GET', one), route('GET', other)])).toThrow(
    new LocalStackError(`API Gateway takes one variable at a place of its paths, not ${named}`),
  )
})

test('a path that is no percent-encoding is a fault', () => {
  expect(() => tree.match('GET', '/oauth/%zz')).toThrow(URIError)
})
