/** Which page answers which route. */

import type { Handler } from '../../shared/http/endpoint.ts'
import type { PageAnswer } from '../../shared/http/pages/page.ts'
import { type PageDeployment, pageEndpoint } from '../../shared/http/pages/page-endpoint.ts'
import { PageError } from '../../shared/http/pages/page-error.ts'
import type { PageRequest } from '../../shared/http/pages/page-request.ts'
import { stylesheet } from '../../shared/http/pages/stylesheet.ts'
import type { EndpointName } from '../../shared/protocol/endpoints.ts'
import { endpointPath } from '../../shared/protocol/endpoints.ts'
import { account } from './account.ts'
import { authorize } from './authorize.ts'
import { consent } from './consent.ts'
import { login } from './login.ts'
import { logout } from './logout.ts'
import { formPostScript } from './pages/form-post.ts'
import type { PageServices } from './services.ts'
import { upstreamCallback } from './upstream/sign-in.ts'

type Responder = (request: PageRequest, services: PageServices) => Promise<PageAnswer>

const pages: Partial<Record<EndpointName, Responder>> = {
  authorize,
  login,
  consent,
  logout,
  account,
  callback: upstreamCallback,
  'style.css': async () => ({
    status: 200,
    headers: {
      'Content-Type': 'text/css; charset=utf-8',
      // Its URL carries its hash.
      'Cache-Control': 'public, max-age=31536000, immutable',
    },
    body: stylesheet,
  }),
  'form-post.js': async () => ({
    status: 200,
    headers: { 'Content-Type': 'text/javascript; charset=utf-8', 'Cache-Control': 'public, max-age=86400' },
    body: formPostScript,
  }),
}

export function authorizeEndpoint(
  services: PageServices,
  deployment: Pick<PageDeployment, 'source' | 'clock'>,
): Handler {
  const { prefix } = services.config.paths
  const byResource = new Map(
    Object.entries(pages).map(([name, page]) => [endpointPath(prefix, name as EndpointName), page]),
  )
  return pageEndpoint({ config: services.config, ...deployment }, async (request) => {
    const page = byResource.get(request.resource)
    if (!page) throw new PageError(404, 'There is nothing here', 'Check the address, or go back.')
    return page(request, services)
  })
}
