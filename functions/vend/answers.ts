/** What the vending routes answer (vending.md, "Reply" and "Errors"): each error is one uniform body. */
import type { APIGatewayProxyResult } from 'aws-lambda'
import type { VendSettings } from '../../shared/config/vend-types.ts'
import { hashedToken } from '../../shared/vending/audit.ts'
import { formatGitCredential, type GitCredentialRequest } from '../../shared/vending/git-credentials.ts'
import type { VendOutcome } from '../../shared/vending/pipeline/types.ts'
import type { CiCaller, GitHubToken, Profile } from '../../shared/vending/types.ts'

const noStore = { 'Cache-Control': 'no-store', Pragma: 'no-cache' }

function json(
  statusCode: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): APIGatewayProxyResult {
  return {
    statusCode,
    headers: { 'Content-Type': 'application/json', ...noStore, ...headers },
    body: JSON.stringify(body),
  }
}

/** Git reads what it knows and stays calm about the rest; no text at all means: ask the next helper. */
function git(text: string): APIGatewayProxyResult {
  return { statusCode: 200, headers: { 'Content-Type': 'text/plain; charset=utf-8', ...noStore }, body: text }
}

export const answers = {
  /** Whatever is wrong with the token: nobody learns which check failed. */
  unauthorized: () => json(401, { error: 'invalid_token' }, { 'WWW-Authenticate': 'Bearer realm="api"' }),
  badRequest: () => json(400, { error: 'Bad Request' }),
  forbidden: () => json(403, { error: 'Forbidden' }),
  unknownProfile: () => json(404, { error: 'profile not found' }),
  unavailableProfile: () => json(404, { error: 'profile unavailable: validation failed' }),
  tooLarge: () => json(413, { error: 'Request Entity Too Large' }),
  unsupportedType: () => json(415, { error: 'Unsupported Media Type' }),
  failed: () => json(500, { error: 'Internal Server Error' }),
} as const

export interface Answered {
  readonly caller: CiCaller
  readonly profile: Profile
  readonly settings: Pick<VendSettings, 'response' | 'github'>
  /** What git asked for; nothing on the JSON routes. */
  readonly git: GitCredentialRequest | undefined
}

/** The answer that an outcome is. */
export function answerOf(outcome: VendOutcome, answered: Answered): APIGatewayProxyResult {
  switch (outcome.kind) {
    case 'vended':
      return answered.git
        ? git(formatGitCredential(answered.git, outcome.token))
        : json(200, replyOf(outcome.token, answered))
    case 'unmatched':
      return answered.git ? git('') : answers.forbidden()
    case 'refused':
      return answers.forbidden()
    case 'bad request':
      return answers.badRequest()
    case 'failed': {
      // Current Chinmina tells a refusal of GitHub's from a failure; the seed's contract has 500 for both.
      const isRefusal = outcome.service === 'GitHub' && outcome.failure === 'refused'
      return isRefusal && answered.settings.response === 'chinmina' ? answers.forbidden() : answers.failed()
    }
  }
}

/** `systems.md` CH.4, or current Chinmina's. */
function replyOf(token: GitHubToken, { caller, profile, settings }: Answered): object {
  const common = {
    organizationSlug: caller.organization,
    repositoryUrl: '',
    permissions: token.permissions,
    token: token.token,
    // ISO 8601, to the second, as GitHub writes it.
    expiry: new Date(token.expiresAt * 1000).toISOString().replace('.000Z', 'Z'),
  }
  const coversAll = token.repositories.length === 0
  if (settings.response === 'seed')
    return {
      ...common,
      profile: `org:${profile.name}`,
      repositories: coversAll ? [`${settings.github.organization}/*`] : token.repositories,
    }
  return {
    ...common,
    profile: `${profile.kind === 'pipeline' ? 'repo' : 'org'}:${profile.name}`,
    repositories: coversAll ? { wildcard: true } : { names: token.repositories },
    hashedToken: hashedToken(token.token),
  }
}
