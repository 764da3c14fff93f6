/** From a presented token to its caller, or to the reason why not. The reason is for the log alone. */
import type { Config } from '../../shared/config/types.ts'
import type { ApiCaller } from '../../shared/http/authorizer-context.ts'
import {
  type AccessToken,
  type AccessTokenServices,
  checkAccessToken,
  checkStoredAccessToken,
} from '../../shared/http/check-access-token.ts'
import { issuerIfTold, type issuerOf } from '../../shared/http/issuer.ts'
import { log } from '../../shared/http/log.ts'
import type { EpochSeconds } from '../../shared/protocol/brands.ts'
import { isConfidential } from '../../shared/protocol/client.ts'
import { sha256 } from '../../shared/protocol/hash.ts'
import type { ApiTokenStore } from '../../shared/stores/api-tokens.ts'
import type { ClientReader } from '../../shared/stores/clients.ts'
import { type Clock, memory } from '../../shared/stores/memory.ts'
import type { StoredApiToken } from '../../shared/stores/tokens.ts'
import { isOpaqueToken } from '../../shared/tokens/opaque-token.ts'

export interface IdentifyServices extends AccessTokenServices {
  readonly clients: ClientReader
  /** Remembers that an API token was used; at most hourly, and without consequence where it fails. */
  readonly used: (token: StoredApiToken, now: EpochSeconds) => Promise<void>
}

type Caller = Omit<ApiCaller, 'tier'>

export type Identified =
  | {
      readonly kind: 'caller'
      readonly caller: Caller
      /** Whose window the request is counted in. */
      readonly rateSubject: string
    }
  | { readonly kind: 'refused'; readonly reason: string }

type Event = Parameters<typeof issuerOf>[1]

export type Identify = (text: string, event: Event, now: EpochSeconds) => Promise<Identified>

const refused = (reason: string): Identified => ({ kind: 'refused', reason })

/** The path is the caller's to choose: this is its fault, and no failure of ours. */
const noIssuer = refused('a path that does not tell the issuer')

/**
 * Finds out whose token it is. What the text looks like only says where to look: the kind is what is stored.
 */
export function identifier(services: IdentifyServices): Identify {
  const { config } = services
  return async (text, event, now) => {
    const issuer = issuerIfTold(config.issuer, event)
    if (isOpaque(text, config)) {
      const stored = await services.tokens.find(sha256(text))
      if (!stored) return refused('an unknown token')
      if (stored.kind === 'api_token') return apiToken(stored, now, services)
      if (issuer === undefined) return noIssuer
      const token = await checkStoredAccessToken(stored, issuer, now, services)
      return token ? accessToken(token, stored.tokenHash, services) : refused('the access token is not good')
    }
    if (config.accessToken.format !== 'jwt') return refused('no token of this deployment')
    if (issuer === undefined) return noIssuer
    const token = await checkAccessToken(text, issuer, now, services)
    return token ? accessToken(token, token.jti, services) : refused('the access token is not good')
  }
}

/** Form, prefix and checksum: another environment's token and a mistyped one are refused without a read. */
function isOpaque(text: string, { accessToken: format, apiTokens }: Config): boolean {
  const isApiToken = apiTokens !== undefined && isOpaqueToken(text, { format: 'prefixed', ...apiTokens })
  return isApiToken || (format.format !== 'jwt' && isOpaqueToken(text, format))
}

async function apiToken(
  token: StoredApiToken,
  now: EpochSeconds,
  { config, used }: IdentifyServices,
): Promise<Identified> {
  // A deployment that no longer offers API tokens takes none.
  if (!config.apiTokens) return refused('an API token, which this deployment does not offer')
  if (token.revokedAt !== undefined) return refused(`an API token that was ${token.revokedBecause}`)
  if (token.expiresAt !== undefined && token.expiresAt <= now) return refused('an expired API token')
  await used(token, now)
  const { tokenHash, name, account, scope, issuedAt, expiresAt } = token
  return {
    kind: 'caller',
    caller: {
      kind: 'api_token',
      tokenId: tokenHash,
      name,
      subject: account,
      account,
      scope,
      issuedAt,
      ...(expiresAt === undefined ? {} : { expiresAt }),
    },
    rateSubject: `account:${account}`,
  }
}

async function accessToken(
  token: AccessToken,
  tokenId: string | undefined,
  { clients, config }: IdentifyServices,
): Promise<Identified> {
  // Tokens for another resource server are none of ours (RFC 9068 §4).
  const audience = config.accessToken.audience ?? token.issuer
  if (token.audience !== audience) return refused('an access token for another audience')
  const client = await clients.find(token.clientId)
  if (!client) return refused('an access token of a client that is gone')
  const { subject, username, clientId, scope, issuedAt, expiresAt } = token
  const { account } = client
  return {
    kind: 'caller',
    caller: {
      kind: 'access_token',
      tokenId: tokenId ?? '',
      subject,
      clientId,
      scope,
      issuedAt,
      ...(username === undefined ? {} : { username }),
      ...(account === undefined ? {} : { account }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    },
    rateSubject: rateSubjectOf(),
  }

  /** A public client is on as many devices as it has users: each counts for itself. */
  function rateSubjectOf(): string {
    if (client && !isConfidential(client)) return `public:${clientId}:${subject}`
    return account === undefined ? `client:${clientId}` : `account:${account}`
  }
}

const TRIED_TOKENS = 1_000
const TRIED_EVERY_MILLISECONDS = 60_000

/**
 * When a token was last used is for its owner to read: a write that fails refuses nobody, and is not tried again
 * with each request.
 */
export function rememberUse(
  apiTokens: Pick<ApiTokenStore, 'touch'>,
  clock: Clock = Date.now,
): IdentifyServices['used'] {
  const tried = memory<true>(TRIED_TOKENS, clock)
  return async (token, now) => {
    if (tried.get(token.tokenHash)) return
    tried.set(token.tokenHash, true, TRIED_EVERY_MILLISECONDS)
    try {
      await apiTokens.touch(token, now)
    } catch (error) {
      log.warn('the use of a token was not written', { token_id: token.tokenHash, cause: String(error) })
    }
  }
}
