/** Sends an answer to the client, through the browser. */
import { toOAuthError } from '../../shared/http/failures.ts'
import { log } from '../../shared/http/log.ts'
import { type PageAnswer, seeOther } from '../../shared/http/pages/page.ts'
import { PageError } from '../../shared/http/pages/page-error.ts'
import type { PageRequest } from '../../shared/http/pages/page-request.ts'
import { AuthorizationError } from '../../shared/protocol/authorization-error.ts'
import type { ResponseTarget } from '../../shared/protocol/authorization-request.ts'
import {
  type ResponseParameters,
  responseParameters,
  responseUrl,
} from '../../shared/protocol/authorization-response.ts'
import { formPostPage } from './pages/form-post.ts'

export function answerClient(
  outcome: ResponseParameters,
  target: ResponseTarget,
  request: PageRequest,
  serviceName: string,
  cookies: readonly string[] = [],
): PageAnswer {
  const parameters = responseParameters(outcome, target, request.issuer)
  if (target.responseMode === 'form_post')
    return formPostPage(target, parameters, request, serviceName, cookies)
  // RFC 9700 §4.12: 303, so that what a person typed here is never posted on to the client.
  return seeOther(responseUrl(target.redirectUri, parameters), cookies)
}

/**
 * Answers, and sends what fails back to the client (RFC 6749 §4.1.2.1): its redirect URI is proven by now.
 * What is for the person alone, such as a forged form, stays on a page.
 */
export async function answeringClient(
  target: ResponseTarget,
  request: PageRequest,
  serviceName: string,
  answer: () => Promise<PageAnswer>,
): Promise<PageAnswer> {
  try {
    return await answer()
  } catch (thrown) {
    if (thrown instanceof PageError) throw thrown
    const { code, description } = thrown instanceof AuthorizationError ? thrown : ownFailure(thrown)
    log.warn('authorization refused', { client_id: target.client.clientId, error: code, reason: description })
    return answerClient(
      { error: code, error_description: toDescription(description) },
      target,
      request,
      serviceName,
    )
  }
}

/** §4.1.2.1: a 500 or 503 cannot be sent by redirect, so these two codes stand for them. */
function ownFailure(thrown: unknown): AuthorizationError {
  const { status, description, reason, cause } = toOAuthError(thrown)
  log.error('request failed', { status, reason, ...(cause instanceof Error ? { cause } : {}) })
  return new AuthorizationError(status === 503 ? 'temporarily_unavailable' : 'server_error', description)
}

/** §4.1.2.1: `%x20-21 / %x23-5B / %x5D-7E`. */
function toDescription(text: string): string {
  return text.replaceAll(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '?').slice(0, 200)
}
