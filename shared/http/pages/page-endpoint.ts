/** What every page is served by: a middy pipeline whose faults are shown on a page, whatever happens. */
import type { Config } from '../../config/types.ts'
import { fromMilliseconds } from '../../protocol/brands.ts'
import type { Clock } from '../../stores/memory.ts'
import { type EdgeEvent, endpoint, type Handler } from '../endpoint.ts'
import { toOAuthError } from '../failures.ts'
import { issuerOf } from '../issuer.ts'
import { log } from '../log.ts'
import { errorPage } from './error-page.ts'
import { type PageAnswer, toPageResponse } from './page.ts'
import { PageError } from './page-error.ts'
import { type PageRequest, type PageSettings, readPageRequest } from './page-request.ts'

/** What every page's function is made of. */
export interface PageDeployment {
  readonly config: Config
  /** The caller's address. */
  readonly source: PageSettings['source']
  readonly clock: Clock
}

/** @param answer what it throws is shown on the error page, with its reason in the log alone */
export function pageEndpoint(
  { config, source, clock }: PageDeployment,
  answer: (request: PageRequest) => Promise<PageAnswer>,
): Handler {
  return endpoint([], async (event) => {
    const settings = {
      issuer: issuerOf(config.issuer, event.original),
      prefix: config.paths.prefix,
      source,
      now: fromMilliseconds(clock()),
    }
    try {
      return toPageResponse(await answer(readPageRequest(event, settings)))
    } catch (thrown) {
      const links = readPageRequest(withoutBody(event), settings)
      return toPageResponse(errorPage(logged(toPageError(thrown)), config.pages.serviceName, links))
    }
  })
}

/** The body may be what was wrong; the links of an error page need none. */
function withoutBody(event: EdgeEvent): EdgeEvent {
  return { ...event, original: { ...event.original, httpMethod: 'GET' } }
}

function toPageError(thrown: unknown): PageError {
  if (thrown instanceof PageError) return thrown
  const { status, reason, headers, cause } = toOAuthError(thrown)
  const [title, text] =
    status === 503
      ? ['Busy just now', 'This service has a lot to do. Please try again in a moment.']
      : ['Something went wrong', 'This is our fault, not yours. Please try again.']
  return new PageError(status, title, text, { reason, headers, cause })
}

/** Logs an error once: refusals with their reason, failures with their cause too. */
function logged(error: PageError): PageError {
  const { status, reason, cause } = error
  if (status < 500) log.warn('request refused', { status, reason })
  else log.error('request failed', { status, reason, ...(cause instanceof Error ? { cause } : {}) })
  return error
}
