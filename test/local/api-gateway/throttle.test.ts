import { expect, test } from 'vitest'
import { Throttle } from '../../../infra/local/api-gateway/throttle.ts'
import type { MethodSetting, Route } from '../../../infra/local/api-gateway/types.ts'

function route(httpMethod: string, resourcePath: string): Route {
  const method = {
    httpMethod,
    resourceId: 'r',
    functionArn: 'f',
    timeoutMilliseconds: 1,
    apiKeyRequired: false,
  }
  return { method, resourceId: 'r', resourcePath }
}
const forAll: MethodSetting = { resourcePath: '/*', httpMethod: '*', ratePerSecond: 2, burst: 3 }

test('a burst passes, then as many a second as the rate says', () => {
  let now = 0
  const throttle = new Throttle([forAll], () => now)
  const ask = (times: number) => Array.from({ length: times }, () => throttle.admits(route('GET', '/a')))
  expect(ask(4)).toEqual([true, true, true, false])
  now = 500
  expect(ask(2)).toEqual([true, false])
  now = 60_000
  expect(ask(4)).toEqual([true, true, true, false])
})

test('each method has a bucket of its own', () => {
  const throttle = new Throttle([{ ...forAll, burst: 1 }], () => 0)
  const asked = [route('GET', '/a'), route('POST', '/a'), route('GET', '/b'), route('GET', '/a')]
  expect(asked.map((each) => throttle.admits(each))).toEqual([true, true, true, false])
})

test('a setting of a method comes before the one for all', () => {
  const own: MethodSetting = { resourcePath: '/oauth~1token', httpMethod: 'POST', ratePerSecond: 1, burst: 1 }
  const throttle = new Throttle([forAll, own], () => 0)
  const ask = (path: string) => [1, 2].map(() => throttle.admits(route('POST', path)))
  expect([ask('/oauth/token'), ask('/other')]).toEqual([
    [true, false],
    [true, true],
  ])
})

test('without settings everything passes', () => {
  expect(new Throttle([], () => 0).admits(route('GET', '/'))).toBe(true)
})
