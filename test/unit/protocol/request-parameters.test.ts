import { expect, test } from 'vitest'
import { parseRequestParameters, withParameters } from '../../../shared/protocol/request-parameters.ts'

test('reads values, as RFC 6749 §3.1 has it', () => {
  const parameters = parseRequestParameters('a=1&b=&c=x+y%20z&d=1&d=2&e=&e=3&__proto__=p')
  expect(['a', 'b', 'c', 'd', 'e', 'f', '__proto__'].map((name) => parameters.get(name))).toEqual([
    '1',
    undefined, // without a value: "as if it were omitted"
    'x y z',
    undefined, // "MUST NOT be included more than once"
    undefined,
    undefined,
    'p',
  ])
  expect(parameters.repeated).toEqual(['d', 'e'])
  expect([parameters.has('b'), parameters.has('f')]).toEqual([true, false])
})

test('is written again as it was read', () => {
  const query = 'a=1&b=&c=x+y&d=1&d=2&e=%C3%9F'
  expect(parseRequestParameters(query).query).toBe(query)
})

test('is changed without a trace of what was there', () => {
  const parameters = parseRequestParameters('a=1&prompt=login&prompt=none&b=2')
  expect(withParameters(parameters, { prompt: undefined }).query).toBe('a=1&b=2')
  expect(withParameters(parameters, { prompt: 'consent', b: undefined }).query).toBe('a=1&prompt=consent')
})
