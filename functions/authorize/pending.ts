/**
 * The authorization request that a page is shown for. It travels in the page's form, so that two tabs do not
 * mix, and is checked again from the start each time it comes back: a form is only what a browser sends.
 */

import { type Html, html } from '../../shared/http/pages/html.ts'
import type { PageRequest } from '../../shared/http/pages/page-request.ts'
import type { AuthorizationRequest } from '../../shared/protocol/authorization-request.ts'
import { parseRequestParameters, type RequestParameters } from '../../shared/protocol/request-parameters.ts'

export interface Pending {
  readonly authorization: AuthorizationRequest
  /** As the client sent them. */
  readonly parameters: RequestParameters
}

const FIELD = 'authorization_request'

export function pendingField(pending: Pending | undefined): Html | undefined {
  return pending && html`<input type="hidden" name="${FIELD}" value="${pending.parameters.query}">`
}

/** @returns nothing where the form is not about an app */
export function pendingParameters({ form }: PageRequest): RequestParameters | undefined {
  const text = form.get(FIELD)
  return text === undefined ? undefined : parseRequestParameters(text)
}
