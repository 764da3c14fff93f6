/** The grants and the endpoints beside them over a DynamoDB engine: real stores, memory for the rest, and a clock in hand. */

import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import { beforeAll, beforeEach } from 'vitest'
import { authorizationCode } from '../../functions/grants/authorization_code/authorization-code.ts'
import { clientCredentials } from '../../functions/grants/client_credentials/client-credentials.ts'
import { password } from '../../functions/grants/password/password.ts'
import { refreshToken } from '../../functions/grants/refresh_token/refresh-token.ts'
import { introspectionEndpoint } from '../../functions/introspect/introspect.ts'
import { revocationEndpoint } from '../../functions/revoke/revoke.ts'
import { userinfoEndpoint } from '../../functions/userinfo/userinfo.ts'
import type { Config } from '../../shared/config/types.ts'
import type { Handler } from '../../shared/http/endpoint.ts'
import { type TokenDeployment, tokenEndpoint } from '../../shared/http/token-endpoint.ts'
import type { Client } from '../../shared/protocol/client.ts'
import type { GrantType } from '../../shared/protocol/grant-types.ts'
import { sha256 } from '../../shared/protocol/hash.ts'
import { type AuthorizationCode, authorizationCodeStore } from '../../shared/stores/authorization-codes.ts'
import { consentStore } from '../../shared/stores/consents.ts'
import { type Grant, grantStore } from '../../shared/stores/grants.ts'
import { livenessReader } from '../../shared/stores/liveness.ts'
import { signInAttempts } from '../../shared/stores/sign-in-attempts.ts'
import { type StoredAccessToken, tokenStore } from '../../shared/stores/tokens.ts'
import { userStore } from '../../shared/stores/users.ts'
import { newGrantId } from '../../shared/tokens/refresh-token.ts'
import { verifyAccessToken } from '../../shared/tokens/verify-access-token.ts'
import { apiGatewayEvent, formEvent, lambdaContext, type Request } from './api-gateway-event.ts'
import { clientSecret, machineClient, publicClient } from './clients.ts'
import { useEngine } from './dynamodb.ts'
import { authorizationCode as codeRecord, T0 } from './grants.ts'
import { read } from './responses.ts'
import { memoryDeployment, publicJwk, refreshKeys, signingKey } from './token-deployment.ts'

/** What `read` makes of the requests that API Gateway sends in these tests. */
export const issuer = 'https://abc123.execute-api.eu-west-1.amazonaws.com/prod'

const everyGrant = ['authorization_code', 'client_credentials', 'password', 'refresh_token'] as const

/** A confidential app with every grant. */
export const appClient = (different: Partial<Client> = {}): Client =>
  machineClient({ clientId: 'app' as never, grantTypes: everyGrant, ...different })
/** A public one. */
export const nativeClient = (different: Partial<Client> = {}): Client =>
  publicClient({ clientId: 'native' as never, grantTypes: everyGrant, ...different })

export type Form = Readonly<Record<string, string>>

/** The tokens of an answer; empty texts where it has none. */
export function tokensIn(answer: { readonly body: unknown } | undefined) {
  const body = (answer?.body ?? {}) as Record<string, string>
  return { access_token: '', refresh_token: '', id_token: '', scope: '', ...body }
}

/** Stores for a file's tests, and deployments over them. */
export function useWorld() {
  const { connect, tableName } = useEngine()
  const clock = { now: Number(T0) }
  let db: DynamoDBDocumentClient
  beforeAll(async () => {
    db = await connect()
  })
  beforeEach(() => {
    clock.now = T0
  })
  const stores = {
    codes: () => authorizationCodeStore(db, tableName('authorizationCodes')),
    consents: () => consentStore(db, tableName('consents')),
    grants: () => grantStore(db, tableName('grants')),
    tokens: () => tokenStore(db, tableName('tokens')),
    users: () => userStore(db, tableName('users')),
    attempts: () => signInAttempts(db, tableName('rateLimits')),
    liveness: () => livenessReader(db, { grants: tableName('grants'), tokens: tableName('tokens') }),
  }

  /** Writes the record that the consent page would, and gives the code. */
  async function giveCode(different: Partial<AuthorizationCode> = {}): Promise<string> {
    const code = crypto.randomUUID()
    const grantId = newGrantId().toString('base64url')
    await stores.codes().create(codeRecord({ codeHash: sha256(code), grantId, ...different }))
    return code
  }

  function deploy(config: Config, clients: readonly Client[]) {
    const deployment = () => memoryDeployment(clients, { config, clock: () => clock.now * 1000 })
    const checking = () => ({
      config,
      keys: async () => ({ keys: [publicJwk] }),
      verify: verifyAccessToken,
      tokens: stores.tokens(),
      liveness: stores.liveness(),
    })
    const answer = async (handler: Handler, event: Parameters<Handler>[0]) =>
      read(await handler(event, lambdaContext))
    const withSecret = (form: Form): Form =>
      form.client_id === undefined ? { client_id: 'app', client_secret: clientSecret, ...form } : form
    const refresh = config.grants.refresh_token ? async () => refreshKeys : undefined
    return {
      /** Asks for a token, as `app` unless the form names another client. */
      token: (grantType: GrantType, form: Form, request: Request = {}) =>
        answer(
          grantEndpoint(grantType, config, deployment(), stores),
          formEvent({ grant_type: grantType, ...withSecret(form) }, request),
        ),
      revoke: (form: Form) =>
        answer(
          revocationEndpoint(deployment(), {
            ...checking(),
            grants: stores.grants(),
            revocations: stores.tokens(),
            refreshKeys: refresh,
          }),
          formEvent(withSecret(form), { resource: '/oauth/revoke' }),
        ),
      introspect: (form: Form) =>
        answer(
          introspectionEndpoint(deployment(), {
            ...checking(),
            grants: stores.grants(),
            refreshKeys: refresh,
          }),
          formEvent(withSecret(form), { resource: '/oauth/introspect' }),
        ),
      userinfo: (
        headers: Request['headers'] = [],
        method = 'GET',
        different: Partial<TokenDeployment> = {},
      ) =>
        answer(
          userinfoEndpoint({ ...deployment(), ...different, ...checking(), users: stores.users() }),
          apiGatewayEvent({ method, resource: '/oauth/userinfo', headers }),
        ),
    }
  }
  /** Puts a grant back as it was, whatever it is by now: a table taken back to an older state. */
  const restoreGrant = (grant: Grant) =>
    db.send(new PutCommand({ TableName: tableName('grants'), Item: { ...grant } }))

  /** What rests of an access token. */
  async function atRest(text: string): Promise<StoredAccessToken | undefined> {
    const stored = await stores.tokens().find(sha256(text))
    return stored?.kind === 'access_token' ? stored : undefined
  }

  return {
    clock,
    stores,
    giveCode,
    deploy,
    restoreGrant,
    atRest,
    db: () => db,
    tableName,
  }
}

type Stores = ReturnType<typeof useWorld>['stores']

function grantEndpoint(
  grantType: GrantType,
  config: Config,
  deployment: ReturnType<typeof memoryDeployment>,
  stores: Stores,
): Handler {
  const issuing = (issuer: string) => ({
    config,
    issuer,
    signingKey: async () => signingKey,
    refreshKeys: async () => refreshKeys,
    grants: stores.grants(),
    tokens: stores.tokens(),
  })
  switch (grantType) {
    case 'authorization_code':
      return tokenEndpoint(authorizationCode, deployment, (issuer) => ({
        ...issuing(issuer),
        codes: stores.codes(),
        consents: stores.consents(),
        revocations: stores.grants(),
      }))
    case 'client_credentials':
      return tokenEndpoint(clientCredentials, deployment, issuing)
    case 'password':
      return tokenEndpoint(password, deployment, (issuer) => ({
        ...issuing(issuer),
        consents: stores.consents(),
        revocations: stores.grants(),
        signIn: { limits: config.signIn, users: stores.users(), attempts: stores.attempts() },
      }))
    case 'refresh_token':
      return tokenEndpoint(refreshToken, deployment, (issuer) => ({
        ...issuing(issuer),
        chain: stores.grants(),
        consents: stores.consents(),
      }))
  }
}
