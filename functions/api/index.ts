import { loadConfig } from '../../shared/config/runtime.ts'
import { apiEndpoint } from './api.ts'
import { upstreamsOf } from './upstreams.ts'

const { api, scopes } = loadConfig(import.meta.url)
if (!api) throw new Error('this deployment has no api to serve')

/** Reads no table and no key of ours: who calls, and at which rate, the authorizer has told. */
export const handler = apiEndpoint({
  routes: api.routes,
  scopes,
  upstreams: await upstreamsOf(api, process.env),
  clock: Date.now,
})
