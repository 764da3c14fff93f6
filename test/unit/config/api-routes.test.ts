import { describe, expect, test } from 'vitest'
import { apiFaults, pathFaults } from '../../../shared/config/api-consistency.ts'
import type { Fault } from '../../../shared/config/faults.ts'
import type { ApiRoute } from '../../../shared/config/types.ts'

const told = (faults: readonly Fault[]) => faults.map(({ path, expected }) => `${path}: ${expected}`)

/** A route as a reader writes it: `GET,PUT /jobs`. */
function route(text: string): ApiRoute {
  const [methods = '', path = ''] = text.split(' ')
  return { path, methods: methods.split(',') as never, scope: [], upstream: 'jobs' }
}
const faultsOf = (...texts: string[]) => {
  const api = {
    upstreams: { jobs: { url: 'https://jobs.example', timeoutSeconds: 10 } },
    routes: texts.map(route),
    loopbackUpstreams: false,
  }
  return told([
    ...apiFaults({ api }),
    ...pathFaults(api, ['/api/v1/{proxy+}', '/organization/token/{profile}']),
  ])
}

describe('of routes that API Gateway cannot tell apart, or cannot have', () => {
  const takes = (text: string, upTo: string, known: string) =>
    `no ${text} where ${upTo} has ${known}: API Gateway takes one variable there`

  test.each([
    {
      what: 'one method twice in one route',
      routes: ['GET,GET /jobs'],
      faults: ['api.routes.0.methods: GET /jobs only once'],
    },
    {
      what: 'one method in two routes',
      routes: ['GET,PUT /jobs', 'POST /jobs', 'DELETE,PUT /jobs'],
      faults: ['api.routes.2.methods: PUT /jobs only once'],
    },
    {
      what: 'the same method in the second and the third route',
      routes: ['GET /jobs', 'PUT /jobs', 'PUT /jobs'],
      faults: ['api.routes.2.methods: PUT /jobs only once'],
    },
    {
      what: 'two names for one parameter',
      routes: ['GET /jobs/{id}', 'GET /jobs/{job}/logs'],
      faults: [`api.routes.1.path: ${takes('{job}', '/jobs/{id}', '{id}')}`],
    },
    {
      what: 'two names at two places',
      routes: ['GET /{a}/{b}', 'GET /{c}/{d}'],
      faults: [
        `api.routes.1.path: ${takes('{c}', '/{a}', '{a}')}`,
        `api.routes.1.path: ${takes('{d}', '/{a}/{b}', '{b}')}`,
      ],
    },
    {
      what: 'a parameter beside one that takes all that remains',
      routes: ['GET /jobs/{id}', 'GET /jobs/{id+}'],
      faults: [`api.routes.1.path: ${takes('{id+}', '/jobs/{id}', '{id}')}`],
    },
    {
      what: 'a parameter where Scrip has its own',
      routes: ['GET /api/v1/{tenant}/jobs'],
      faults: [`api.routes.0.path: ${takes('{tenant}', '/api/v1/{proxy+}', '{proxy+}')}`],
    },
    {
      what: 'a parameter where Scrip has one deeper down',
      routes: ['GET /organization/token/{id}/logs'],
      faults: [`api.routes.0.path: ${takes('{id}', '/organization/token/{profile}', '{profile}')}`],
    },
  ])('$what', ({ routes, faults }) => {
    expect(faultsOf(...routes)).toEqual(faults)
  })

  test('the same name at the same place, or at another one, is none', () => {
    const routes = ['GET /jobs/{id}', 'GET /jobs/{id}/logs', 'GET /builds/{build}', 'GET /jobs/{id}/{rest+}']
    expect(faultsOf(...routes)).toEqual([])
  })
})

describe('a route for which Scrip has an endpoint', () => {
  const ours = ['/api/v1/token', '/oauth/token', '/oauth/token/password', '/.well-known/jwks.json', '/health']
  test.each([
    ['/api/v1/token', '/api/v1/token'],
    ['/api/v1/{x}', '/api/v1/token'],
    ['/api/{x+}', '/api/v1/token'],
    ['/{a}/{b}/{c}', '/api/v1/token'],
    ['/oauth/token', '/oauth/token'],
    ['/oauth/{x}', '/oauth/token'],
    ['/oauth/token/{x}', '/oauth/token/password'],
    ['/.well-known/{x}', '/.well-known/jwks.json'],
    ['/health', '/health'],
    ['/{x}', '/health'],
    ['/{proxy+}', '/api/v1/token'],
  ])('%s collides with %s', (taken, own) => {
    const routes = [
      { ...route, path: '/fine' },
      { ...route, path: taken },
    ] as never
    expect(told(pathFaults({ routes }, ours))).toEqual([
      `api.routes.1.path: a path of its own, but ${taken} collides with Scrip's ${own}`,
    ])
  })

  test.each(['/api/v1/tokens', '/api/v1/token/x', '/api/v2/token', '/oauth', '/Health', '/health/{x}'])(
    '%s does not',
    (free) => {
      expect(pathFaults({ routes: [route(`GET ${free}`)] }, ours)).toEqual([])
    },
  )
})
