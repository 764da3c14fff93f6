/**
 * Client registration: from client metadata (RFC 7591 §2) to a client, with credentials of our making.
 *
 * What a registration may hold is checked by whoever takes it (`infra/cli/seed-file.ts`); this converts.
 */
import { randomBytes } from 'node:crypto'
import { type ClientId, clientId, type EpochSeconds } from './brands.ts'
import type { Client, TokenEndpointAuthMethod } from './client.ts'
import type { GrantType } from './grant-types.ts'
import { sha256 } from './hash.ts'
import type { RedirectMatch } from './redirect-uri.ts'
import { parseScope } from './scope.ts'

/** Wire form; names are RFC 7591's as far as it has them, and the operator's own settings after those. */
export interface ClientMetadata {
  readonly client_id?: string | undefined
  readonly client_secret?: string | undefined
  readonly client_name: string
  readonly client_uri?: string | undefined
  readonly logo_uri?: string | undefined
  readonly redirect_uris?: readonly string[] | undefined
  readonly grant_types: readonly GrantType[]
  readonly scope: string
  readonly token_endpoint_auth_method?: TokenEndpointAuthMethod | undefined
  readonly account?: string | undefined
  readonly first_party?: boolean | undefined
  readonly redirect_match?: RedirectMatch | undefined
  readonly access_token_ttl_seconds?: number | undefined
  readonly tokens_never_expire?: boolean | undefined
  readonly introspect_audience?: string | undefined
}

/** A new client, and its secret, which is told this once and rests as a hash. */
export interface Registration {
  readonly client: Client
  readonly clientSecret: string | undefined
}

/** 128 random bits in lower-case hex: easy to read out, to paste and to put in a URL. */
export function newClientId(): ClientId {
  return clientId(randomBytes(16).toString('hex'))
}

/** 256 random bits, base64url: 43 characters that need no encoding anywhere. */
export function newClientSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** Registers a client; id and secret are made where the metadata brings none. A public client has no secret. */
export function register(metadata: ClientMetadata, now: EpochSeconds): Registration {
  const tokenEndpointAuthMethod = metadata.token_endpoint_auth_method ?? 'client_secret_basic' // RFC 7591 §2
  const isPublic = tokenEndpointAuthMethod === 'none'
  const clientSecret = isPublic ? undefined : (metadata.client_secret ?? newClientSecret())
  const client: Client = {
    clientId: metadata.client_id === undefined ? newClientId() : clientId(metadata.client_id),
    clientName: metadata.client_name,
    redirectUris: metadata.redirect_uris ?? [],
    grantTypes: metadata.grant_types,
    scope: parseScope(metadata.scope),
    tokenEndpointAuthMethod,
    secrets: clientSecret === undefined ? [] : [{ hash: sha256(clientSecret), createdAt: now }],
    firstParty: metadata.first_party ?? false,
    createdAt: now,
    ...withoutUndefined({
      clientUri: metadata.client_uri,
      logoUri: metadata.logo_uri,
      account: metadata.account,
      redirectMatch: metadata.redirect_match,
      accessTokenTtlSeconds: metadata.access_token_ttl_seconds,
      tokensNeverExpire: metadata.tokens_never_expire,
      introspectAudience: metadata.introspect_audience,
    }),
  }
  return { client, clientSecret }
}

type Defined<Values> = { [Name in keyof Values]?: Exclude<Values[Name], undefined> }

function withoutUndefined<Values extends object>(values: Values): Defined<Values> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Defined<Values>
}
