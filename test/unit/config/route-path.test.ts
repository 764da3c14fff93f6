import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  isMoreSpecific,
  pathSegments,
  pathsOverlap,
  routePathFault,
  takesInAnyCase,
} from '../../../shared/config/route-path.ts'

const example = 'a path such as /api/v1/jobs/{id}'
const segments =
  'a path whose segments are letters, digits, . _ and -, or a {name}; without dot segments and without a slash at the end'
const greedyLast = 'a {name+} only as the last segment'
const onceEach = 'a path that names each parameter once'

describe('the path of a route', () => {
  test.each([
    '/jobs',
    '/api/v1/jobs/{id}',
    '/api/v1/analytics/{report+}',
    '/{rest+}',
    '/{a}/{b}/{c}',
    '/v1.2/my_jobs/my-job/2024',
    '/v1/.well-known/team',
    '/well-known/team',
    '/ping/{id}',
    '/v1/ping',
    '/pings',
    '/...',
    `/${'a'.repeat(100)}`,
    `/{${'a'.repeat(40)}}`,
    '/{aB_9}',
  ])('may be %s', (path) => {
    expect(routePathFault(path)).toBeUndefined()
  })

  const faulty: readonly (readonly [path: string, fault: string])[] = [
    ...['', '/', 'jobs', 'https://api.example/jobs', '{id}', ' /jobs'].map(
      (path) => [path, example] as const,
    ),
    ...[
      '/jobs/',
      '//jobs',
      '/jobs//builds',
      '/.',
      '/jobs/../admin',
      '/jobs/.',
      '/jo bs',
      '/jobs?x=1',
      '/jobs#x',
      '/j%6fbs',
      '/~ada',
      '/jobs:run',
      '/jobs*',
      '/jöbs',
      '/jobs\n',
      '/jobs\\x',
      '/{}',
      '/{+}',
      '/{1st}',
      '/{_id}',
      '/{my-id}',
      '/{id',
      '/id}',
      '/{id}x',
      '/x{id}',
      '/{id++}',
      '/{id*}',
      `/${'a'.repeat(101)}`,
      `/{${'a'.repeat(41)}}`,
    ].map((path) => [path, segments] as const),
    ...['/.well-known', '/.well-known/team', '/.well-known/{x}', '/.well-known/{x+}'].map(
      (path) => [path, "a path outside of /.well-known, which is Scrip's"] as const,
    ),
    ...['/ping', '/sping'].map(
      (path) => [path, 'another path: API Gateway keeps /ping and /sping to itself'] as const,
    ),
    ['/{rest+}/jobs', greedyLast],
    ['/{a+}/{b+}', greedyLast],
    ['/{id}/jobs/{id}', onceEach],
    ['/{id}/{id+}', onceEach],
  ]
  test.each(faulty)('may not be %j', (path, fault) => {
    expect(routePathFault(path)).toBe(fault)
  })
})

test('segments are literals, parameters and a parameter for all that remains', () => {
  expect(pathSegments('/jobs/{id}/{rest+}')).toEqual([
    { kind: 'literal', text: 'jobs' },
    { kind: 'parameter', name: 'id' },
    { kind: 'greedy', name: 'rest' },
  ])
})

describe('two paths that some request fits both', () => {
  test.each([
    ['/a/b', '/a/b'],
    ['/a/{x}', '/a/b'],
    ['/{x}/b', '/a/{y}'],
    ['/{x}/{y}', '/a/b'],
    ['/{x+}', '/a/b/c'],
    ['/a/{x+}', '/a/b'],
    ['/a/{x+}', '/a/{y}/c'],
    ['/{x}/{y+}', '/a/b/c'],
    ['/{x+}', '/{y+}'],
  ])('%s and %s overlap, whichever is asked about first', (one, other) => {
    expect([pathsOverlap(one, other), pathsOverlap(other, one)]).toEqual([true, true])
  })

  test.each([
    ['/a', '/b'],
    ['/a', '/A'],
    ['/a', '/a/b'],
    ['/a/{x}', '/a'],
    ['/a/{x}', '/a/b/c'],
    ['/a/{x+}', '/a'],
    ['/a/{x+}', '/b/c'],
    ['/{x}/b', '/a/c'],
    ['/{x}/b/{y+}', '/a/b'],
  ])('%s and %s do not', (one, other) => {
    expect([pathsOverlap(one, other), pathsOverlap(other, one)]).toEqual([false, false])
  })

  /** A path, and a request that fits it. */
  const literal = fc.constantFrom('a', 'b', 'c')
  const fitted = fc
    .array(fc.record({ text: literal, isParameter: fc.boolean() }), { minLength: 1, maxLength: 4 })
    .chain((parts) =>
      fc.array(literal, { maxLength: 3 }).map((more) => ({
        path: [
          ...parts.map(({ text, isParameter }, index) => (isParameter ? `{p${index}}` : text)),
          ...(more.length > 0 ? ['{rest+}'] : []),
        ].join('/'),
        request: [...parts.map(({ text }) => text), ...more].join('/'),
      })),
    )

  test('are found whatever they are: a path fits its own requests, and overlaps with what fits one of them', () => {
    fc.assert(
      fc.property(fitted, fitted, (one, other) => {
        expect(pathsOverlap(`/${one.path}`, `/${one.request}`)).toBe(true)
        const isShared = pathsOverlap(`/${other.path}`, `/${one.request}`)
        if (isShared) expect(pathsOverlap(`/${one.path}`, `/${other.path}`)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

describe('a path takes a request', () => {
  test.each([
    ['/a/B', ['A', 'b'], true],
    ['/a/{x}', ['a', 'b'], true],
    ['/a/{x}', ['a', '{x+}'], true],
    ['/a/{x+}', ['a', 'b', 'c'], true],
    ['/a/{x+}', ['a'], false],
    ['/a/b', ['a', '{x}'], false],
    ['/a/{x}', ['a', 'b', 'c'], false],
    ['/a/{x}', ['a{x+}'], false],
  ])('whatever the case of its literals: %s takes %j: %s', (path, segments, takes) => {
    expect(takesInAnyCase(path, segments)).toBe(takes)
  })

  test('and of those that do, API Gateway takes the most specific', () => {
    const inOrder = ['/a/b/c', '/a/b/{z}', '/a/{y}/c', '/a/{y}/{z}', '/a/{y+}', '/{x}/b/c', '/{x+}']
    const sorted = [...inOrder].reverse().sort((one, other) => (isMoreSpecific(one, other) ? -1 : 1))
    expect(sorted).toEqual(inOrder)
    expect(isMoreSpecific('/a/{x}', '/A/{y}')).toBe(false)
  })
})
