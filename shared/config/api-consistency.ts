/** What the settings of the team's API must be to each other and to the rest. */
import { unknownApiPath } from '../protocol/endpoints.ts'
import type { Fault } from './faults.ts'
import { pathSegments, pathsOverlap } from './route-path.ts'
import type { ApiConfig, Config } from './types.ts'

export function apiFaults(sections: Partial<Config>): Fault[] {
  const { api, scopes, apiTokens } = sections
  if (!api) {
    // An unsound section is left out altogether; one that the file does not have is there, as undefined.
    const isMissing = apiTokens !== undefined && 'api' in sections
    return isMissing ? [{ path: 'api', expected: 'an api that API tokens open; it may be empty: {}' }] : []
  }
  return [
    ...api.routes.flatMap(({ upstream, scope }, index) => [
      ...(Object.hasOwn(api.upstreams, upstream)
        ? []
        : [{ path: `api.routes.${index}.upstream`, expected: `the name of an upstream of api.upstreams` }]),
      ...(scopes ? unknownScopes(scope, scopes, index) : []),
    ]),
    ...duplicateFaults(api),
    ...sizeFaults(api, sections.rateLimits?.tiers ?? {}),
  ]
}

function unknownScopes(scope: readonly string[], scopes: Config['scopes'], index: number): Fault[] {
  return [...scope.entries()]
    .filter(([, name]) => !Object.hasOwn(scopes, name))
    .map(([position, name]) => ({
      path: `api.routes.${index}.scope.${position}`,
      expected: `a scope of the catalogue, but there is no "${name}"`,
    }))
}

/**
 * Routes whose paths do not go together with each other, or with those of our own endpoints.
 *
 * @param ours paths of our own endpoints
 */
export function pathFaults(api: Pick<ApiConfig, 'routes'>, ours: readonly string[]): Fault[] {
  return [...collisions(api, ours), ...parameterFaults(api, ours)]
}

/** API Gateway takes one variable at each place of its tree of paths, be it greedy or not. */
function parameterFaults({ routes }: Pick<ApiConfig, 'routes'>, ours: readonly string[]): Fault[] {
  const first = new Map<string, Variable>()
  for (const path of [...ours, ...routes.map((route) => route.path)])
    for (const variable of variablesOf(path))
      if (!first.has(variable.place)) first.set(variable.place, variable)
  return routes.flatMap(({ path }, index) =>
    variablesOf(path).flatMap(({ place, text }) => {
      const known = first.get(place)
      return known === undefined || known.text === text
        ? []
        : [
            {
              path: `api.routes.${index}.path`,
              expected: `no ${text} where ${known.upTo} has ${known.text}: API Gateway takes one variable there`,
            },
          ]
    }),
  )
}

interface Variable {
  readonly text: string
  /** The path until here, with itself. */
  readonly upTo: string
  /** The path before it, whatever the variables in there are called. */
  readonly place: string
}

function variablesOf(path: string): Variable[] {
  const texts = path.split('/')
  return pathSegments(path).flatMap(({ kind }, index) => {
    const upTo = texts.slice(0, index + 2)
    const text = upTo.at(-1) ?? ''
    const place = upTo.slice(0, -1).map((before) => (before.startsWith('{') ? '{}' : before))
    return kind === 'literal' ? [] : [{ text, upTo: upTo.join('/'), place: place.join('/') }]
  })
}

/**
 * What a stack may hold for the sake of routes, upstreams and rate tiers: of CloudFormation's 500 resources, Scrip's
 * own are some 250 with everything else configured (`test/stack/template.test.ts` counts them).
 */
const MAX_RESOURCES = 240

/** A stack that is too large would fail in the synth without a word of the configuration. */
function sizeFaults({ routes, upstreams }: ApiConfig, tiers: Config['rateLimits']['tiers']): Fault[] {
  const paths = [...new Set(routes.map(({ path }) => path))]
  const nodes = new Set(paths.flatMap(pathsTo))
  const secrets = Object.values(upstreams).filter((upstream) => 'url' in upstream && !upstream.secretArn)
  // A node of the tree of paths is a resource, and so is the method of a path that is routed. A tier has a plan,
  // and a fallback key in another one.
  const count = nodes.size + paths.length + secrets.length + 3 * Object.keys(tiers).length
  if (count <= MAX_RESOURCES) return []
  const expected = `fewer or shorter paths: with upstreams and rate tiers they make ${count} resources of CloudFormation, which has room for ${MAX_RESOURCES}`
  return [{ path: 'api.routes', expected }]
}

/** A path, and each that leads to it. */
function pathsTo(path: string): string[] {
  const segments = path.split('/')
  return segments.slice(1).map((_, index) => segments.slice(0, index + 2).join('/'))
}

/** Of two routes for one path and method, one would never be asked. */
function duplicateFaults({ routes }: ApiConfig): Fault[] {
  return routes.flatMap(({ path, methods }, index) => {
    const before = routes.slice(0, index).filter((other) => other.path === path)
    const taken = before.flatMap((other) => other.methods)
    const repeated = methods.find((method, at) => taken.includes(method) || methods.indexOf(method) !== at)
    return repeated === undefined
      ? []
      : [{ path: `api.routes.${index}.methods`, expected: `${repeated} ${path} only once` }]
  })
}

/** Routes that collide with an endpoint of ours: some request would fit both. */
function collisions({ routes }: Pick<ApiConfig, 'routes'>, ours: readonly string[]): Fault[] {
  return routes.flatMap(({ path }, index) => {
    // What else is asked for under /api/v1 is there for routes to stand before.
    const taken = ours.find((own) => own !== unknownApiPath && pathsOverlap(path, own))
    return taken === undefined
      ? []
      : [
          {
            path: `api.routes.${index}.path`,
            expected: `a path of its own, but ${path} collides with Scrip's ${taken}`,
          },
        ]
  })
}
