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
const route = { path: '/jobs', methods: ['GET'], scope: ['read'], upstream: 'jobs' }
const apiOf = (...routes: object[]) => ({ api: { upstreams: { jobs: upstream }, routes } })

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

describe('the routes, upstreams and rate tiers of a deployment fit into its stack', () => {
  const tooMany = (count: number) => [
    `api.routes: fewer or shorter paths: with upstreams and rate tiers they make ${count} resources of CloudFormation, which has room for 240`,
  ]
  const paths = (count: number, rest: string) =>
    Array.from({ length: count }, (_, index) => ({ ...route, path: `/r${index}${rest}` }))
  /** The tier is three resources and the upstream one: 236 are left. */
  const both = [
    { ...route, path: '/a' },
    { ...route, path: '/a/b/{c}' },
  ]
  test.each<{ what: string; different: object; faults: string[] }>([
    { what: 'exactly', different: apiOf(...paths(77, '/a'), ...both), faults: [] },
    {
      what: 'by one path too many',
      different: apiOf(...paths(77, '/a'), ...both, { ...route, path: '/z' }),
      faults: tooMany(242),
    },
    {
      what: 'not with a hundred paths of two segments',
      different: apiOf(...paths(100, '/a')),
      faults: tooMany(304),
    },
    {
      what: 'with a hundred paths that have most of their segments in common',
      different: apiOf(...paths(100, '').map(({ path, ...rest }) => ({ ...rest, path: `/a/b/c/d${path}` }))),
      faults: [],
    },
    {
      what: 'with two routes for each path',
      different: apiOf(
        ...paths(50, '/a/b'),
        ...paths(50, '/a/b').map((own) => ({ ...own, methods: ['PUT'] })),
      ),
      faults: [],
    },
    {
      what: 'not with one secret more',
      different: {
        api: { upstreams: { jobs: upstream, others: upstream }, routes: [...paths(77, '/a'), ...both] },
      },
      faults: tooMany(241),
    },
    {
      what: 'with secrets of the team’s own, and functions, which have none',
      different: {
        api: {
          upstreams: { jobs: upstream, others: { ...upstream, secretArn }, reports: { functionArn } },
          routes: [...paths(77, '/a'), ...both],
        },
      },
      faults: [],
    },
    {
      what: 'not with one tier more',
      different: {
        ...apiOf(...paths(77, '/a'), ...both),
        rateLimits: {
          defaultTier: 'one',
          tiers: { one: { requestsPerMinute: 1 }, two: { requestsPerMinute: 2 } },
        },
      },
      faults: tooMany(243),
    },
  ])('$what', ({ different, faults }) => {
    expect(faultsOf(different)).toEqual(faults)
  })
})
