/** GitHub's REST API, called as the App or with one of its tokens. */
import type { VendConfig } from '../../config/vend-types.ts'
import type { Exchange } from '../exchange.ts'
import { restService, type Service, type Time } from '../http.ts'
import type { Remembered } from '../memory.ts'

/** The version that this code was written against. */
const API_VERSION = '2022-11-28'

export const JSON_MEDIA_TYPE = 'application/vnd.github+json'
export const RAW_MEDIA_TYPE = 'application/vnd.github.raw+json'

/** What all calls to GitHub are made of. */
export interface GitHub {
  readonly call: Service
  /** The App's JWT, for calls as the App itself. */
  readonly appJwt: () => Promise<string>
  /** Installation ids by owner, in lower case, as configured. */
  readonly installations: Readonly<Record<string, string>>
  /** Installation ids that were looked up, by owner; without `id` where there is none. */
  readonly found: Remembered<{ readonly id: string | undefined }>
  readonly time: Time
}

/**
 * @throws Error for a base URL that is neither https nor on this machine
 */
export function connectGitHub(
  { github, loopback }: Pick<VendConfig, 'github' | 'loopback'>,
  parts: {
    readonly appJwt: () => Promise<string>
    readonly exchange: Exchange
    readonly found: GitHub['found']
    readonly time: Time
  },
): GitHub {
  const { exchange, time } = parts
  const headers = { 'x-github-api-version': API_VERSION }
  const call = restService({ service: 'GitHub', apiUrl: github.apiUrl, loopback, headers, exchange, time })
  return { call, appJwt: parts.appJwt, installations: github.installations, found: parts.found, time }
}
