/** The OpenID provider that people sign in at, as openid-client speaks to it (OpenID Connect Core 1.0 §3.1). */
import {
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientError,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  fetchUserInfo,
} from 'openid-client'
import type { UpstreamConfig } from '../../../shared/config/types.ts'
import { epochSeconds } from '../../../shared/protocol/brands.ts'
import type { Clock } from '../../../shared/stores/memory.ts'
import { signInTooOld, UpstreamFailure, type UpstreamIdentity, type UpstreamProvider } from './upstream.ts'

/** Metadata, keys and the client secret are taken anew this often, so a rotation there is no failure here for long. */
const REMEMBERED_MILLISECONDS = 10 * 60_000
/** Three calls have to fit into the function's ten seconds. */
const TIMEOUT_SECONDS = 2.5

/** @param clientSecret reads the client secret at the provider */
export function upstreamProvider(
  { issuer, clientId, scope }: UpstreamConfig,
  clientSecret: () => Promise<string>,
  clock: Clock = Date.now,
): UpstreamProvider {
  let remembered: { readonly configuration: Configuration; readonly until: number } | undefined

  async function configuration(): Promise<Configuration> {
    if (remembered && remembered.until > clock()) return remembered.configuration
    const found = await discovery(new URL(issuer), clientId, await clientSecret(), undefined, {
      // `config/schema.ts` lets plain http pass for loopback alone.
      execute: issuer.startsWith('http:') ? [allowInsecureRequests] : [],
      timeout: TIMEOUT_SECONDS,
    })
    remembered = { configuration: found, until: clock() + REMEMBERED_MILLISECONDS }
    return found
  }

  return {
    begin: (redirectUri, { state, nonce, verifier }, hints) =>
      failing(async () =>
        buildAuthorizationUrl(await configuration(), {
          redirect_uri: redirectUri,
          scope,
          state,
          nonce,
          code_challenge: await calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          ...hints,
        }),
      ),

    finish: (callback, { state, nonce, verifier, maxAge }) =>
      failing(async () => {
        const client = await configuration()
        const tokens = await authorizationCodeGrant(client, callback, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
          ...(maxAge === undefined ? {} : { maxAge }),
        })
        const claims = tokens.claims()
        if (!claims) throw new Error('the provider gave no ID token')
        // Many providers tell the profile at their UserInfo endpoint alone (§5.4).
        const isBare = claims.name === undefined && claims.email === undefined
        const more =
          isBare && client.serverMetadata().userinfo_endpoint !== undefined
            ? await fetchUserInfo(client, tokens.access_token, claims.sub)
            : {}
        return {
          identity: identityOf(issuer, claims.sub, { ...claims, ...more }),
          authTime: claims.auth_time === undefined ? undefined : epochSeconds(Math.floor(claims.auth_time)),
        }
      }),
  }
}

/** Claims of the types that they should have; a provider may send anything. */
function identityOf(
  issuer: string,
  subject: string,
  claims: Readonly<Record<string, unknown>>,
): UpstreamIdentity {
  const { name, email, email_verified: emailVerified } = claims
  return {
    issuer,
    subject,
    ...(typeof name === 'string' && name !== '' ? { name: name.slice(0, 255) } : {}),
    ...(typeof email === 'string' && email !== '' && email.length <= 255
      ? { email, emailVerified: emailVerified === true }
      : {}),
  }
}

async function failing<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act()
  } catch (error) {
    if (isTooOld(error)) throw signInTooOld(error)
    const code = error instanceof AuthorizationResponseError ? error.error : undefined
    throw new UpstreamFailure(reasonOf(error), code, error)
  }
}

/** Whether the ID token's `auth_time` is what openid-client refused. */
function isTooOld(error: unknown): boolean {
  if (!(error instanceof ClientError && error.cause instanceof Error)) return false
  const { cause: details } = error.cause
  return (
    typeof details === 'object' && details !== null && 'claim' in details && details.claim === 'auth_time'
  )
}

/** What openid-client found, without the response that it carries along. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'not an Error'
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : ''
  return `${error.name}: ${error.message}${code}`
}
