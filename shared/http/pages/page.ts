/** A page: its frame, its headers, and how it becomes a response. */
import { createHash } from 'node:crypto'
import type { APIGatewayProxyResult } from 'aws-lambda'
import { type Html, html } from './html.ts'
import type { PageRequest } from './page-request.ts'
import { stylesheet } from './stylesheet.ts'

/** What a handler answers. */
export interface PageAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** `Set-Cookie` values. */
  readonly cookies?: readonly string[]
  readonly body?: string
}

export interface Page {
  readonly title: string
  readonly serviceName: string
  readonly main: Html
  /** At the end of the body: an element that loads a script of ours. Other pages may run none. */
  readonly script?: Html
}

/** Browsers keep the stylesheet for good: another one has another URL. */
export const stylesheetVersion = createHash('sha256').update(stylesheet).digest('hex').slice(0, 12)

/** Headers that every answer has. */
const commonHeaders = {
  // RFC 6749 §10.13 and RFC 9700 §4.16: nobody may frame a page that asks for consent.
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  // Other sites learn nothing of our URLs. `no-referrer` would also hide where our own forms come from:
  // browsers then send `Origin: null`, and a forged form could not be told from a real one by it.
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Strict-Transport-Security': 'max-age=31536000',
  'Cache-Control': 'no-store',
}

/**
 * No `form-action`: Chromium applies it to every redirect after a submit, the one to the client included.
 * Images are the logos that registrations hold (`protocol/logo.ts`), and none from anywhere.
 */
function contentSecurityPolicy(hasScript: boolean): string {
  return [
    "default-src 'none'",
    "style-src 'self'",
    'img-src data:',
    ...(hasScript ? ["script-src 'self'"] : []),
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
}

/** The answer that shows a page. */
export function showPage(
  { title, serviceName, main, script }: Page,
  request: Pick<PageRequest, 'path'>,
  answer: Partial<Omit<PageAnswer, 'body'>> = {},
): PageAnswer {
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title} – ${serviceName}</title>
<link rel="stylesheet" href="${request.path('style.css')}?v=${stylesheetVersion}">
</head>
<body>
<main>
<p class="service">${serviceName}</p>
${main}
</main>
${script}
</body>
</html>
`
  return {
    status: 200,
    ...answer,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': contentSecurityPolicy(script !== undefined),
      ...answer.headers,
    },
    body: document.text,
  }
}

/** "See Other" (RFC 9110 §15.4.4): the browser asks for it by GET, so that no form, and no password in it, goes on. */
export function seeOther(location: string, cookies: readonly string[] = []): PageAnswer {
  return { status: 303, headers: { Location: location }, cookies }
}

export function toPageResponse({
  status,
  headers,
  cookies = [],
  body = '',
}: PageAnswer): APIGatewayProxyResult {
  return {
    statusCode: status,
    headers: { ...commonHeaders, ...headers },
    ...(cookies.length > 0 ? { multiValueHeaders: { 'Set-Cookie': [...cookies] } } : {}),
    body,
  }
}
