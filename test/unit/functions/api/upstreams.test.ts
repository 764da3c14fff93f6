import { describe, expect, test } from 'vitest'
import { upstreamsOf } from '../../../../functions/api/upstreams.ts'
import type { ApiConfig } from '../../../../shared/config/types.ts'

const config = (upstreams: ApiConfig['upstreams']): ApiConfig => ({
  routes: [],
  upstreams,
  loopbackUpstreams: false,
})
const jobs = { url: 'https://jobs.example', timeoutSeconds: 10 }
const builds = { functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:builds', timeoutSeconds: 10 }

describe('the upstreams of a deployment', () => {
  test.each([
    { what: 'none', upstreams: {}, names: [] },
    { what: 'an https host', upstreams: { jobs }, names: ['jobs'] },
    { what: 'a function', upstreams: { builds }, names: ['builds'] },
    { what: 'one of each', upstreams: { jobs, builds }, names: ['jobs', 'builds'] },
  ])('are made by name: $what', async ({ upstreams, names }) => {
    const made = await upstreamsOf(config(upstreams), { UPSTREAM_JOBS_SECRET: 'arn:secret' })
    expect([...made.keys()]).toEqual(names)
  })
  test('need the secret that an https host knows us by, and no other variable', async () => {
    await expect(upstreamsOf(config({ jobs, builds }), {})).rejects.toEqual(
      new Error('environment variable UPSTREAM_JOBS_SECRET is not set'),
    )
  })
})
