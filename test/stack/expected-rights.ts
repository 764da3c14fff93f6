/** Every function of the presets, and all that each may do beyond writing its own log. */

/** `Clients: GetItem` is DynamoDB's GetItem on that table, `Grants/index/bySubject: Query` on an index of it. */
export type TableRights = Readonly<Record<string, readonly string[]>>

export interface ExpectedRights {
  readonly tables?: TableRights
  /** Secrets whose value it may read. */
  readonly reads?: readonly string[]
  /** Secrets whose value it may read and replace. */
  readonly rotates?: readonly string[]
  /** Functions whose alias it may invoke. */
  readonly invokes?: readonly string[]
  /** Upstreams of the team's API whose secret it may read. */
  readonly upstreams?: readonly string[]
  /** Whether it is told what fallback API keys are called. */
  readonly namesSharedKeys?: true
  /** Whether it may make API keys, put them into usage plans and delete them. */
  readonly managesApiKeys?: true
}

const client = { Clients: ['GetItem'], RateLimits: ['UpdateItem'] }
const tieredClient = { ...client, Accounts: ['GetItem'] }
const stranger = { RateLimits: ['UpdateItem'] }
/** What the authorizer has whatever the format of tokens is. */
const caller = {
  ...stranger,
  Accounts: ['GetItem'],
  Clients: ['GetItem'],
  Grants: ['BatchGetItem'],
}
const use = 'UpdateItem of tokenHash, lastUsedAt'
/** Ending an opaque token, and a JWT. */
const end = ['GetItem', 'UpdateItem of tokenHash, revokedAt, revokedBecause, expiresAt']
const deny = 'PutItem on keys like jti:*'
const apiKeys: ExpectedRights = { tables: { Accounts: ['Scan', 'UpdateItem'] }, managesApiKeys: true }
const fourSecrets = ['RefreshKeys', 'SessionKeys', 'SigningKeys', 'VerificationKeys']
const pages: ExpectedRights = {
  tables: {
    Clients: ['GetItem'],
    Users: ['GetItem', 'UpdateItem'],
    Consents: ['GetItem', 'Query', 'UpdateItem'],
    AuthorizationCodes: ['PutItem'],
    Grants: ['GetItem', 'UpdateItem'],
    'Grants/index/bySubject': ['Query'],
    RateLimits: ['UpdateItem'],
  },
  reads: ['SessionKeys'],
}

/** The default preset: JWTs, several rate tiers, OpenID. */
export const ofDefault: Readonly<Record<string, ExpectedRights>> = {
  token: { invokes: ['GrantsAuthorizationCode', 'GrantsClientCredentials', 'GrantsRefreshToken'] },
  'grants/authorization_code': {
    tables: {
      ...tieredClient,
      AuthorizationCodes: ['GetItem', 'UpdateItem'],
      Consents: ['GetItem'],
      Grants: ['UpdateItem'],
    },
    reads: ['RefreshKeys', 'SigningKeys'],
  },
  'grants/client_credentials': { tables: tieredClient, reads: ['SigningKeys'] },
  'grants/refresh_token': {
    tables: { ...tieredClient, Consents: ['GetItem'], Grants: ['GetItem', 'UpdateItem'] },
    reads: ['RefreshKeys', 'SigningKeys'],
  },
  authorize: pages,
  userinfo: {
    tables: { ...tieredClient, Grants: ['BatchGetItem'], Tokens: ['BatchGetItem'], Users: ['GetItem'] },
    reads: ['VerificationKeys'],
  },
  revoke: {
    tables: { ...tieredClient, Grants: ['GetItem', 'UpdateItem'], Tokens: [deny] },
    reads: ['RefreshKeys', 'VerificationKeys'],
  },
  introspect: {
    tables: { ...tieredClient, Grants: ['BatchGetItem', 'GetItem'], Tokens: ['BatchGetItem'] },
    reads: ['RefreshKeys', 'VerificationKeys'],
  },
  leaked: {
    tables: { ...stranger, Tokens: [...end, deny] },
    reads: ['VerificationKeys'],
  },
  authorizer: {
    tables: { ...caller, Tokens: ['BatchGetItem', 'GetItem', use] },
    reads: ['VerificationKeys'],
    namesSharedKeys: true,
  },
  api: {},
  'api-keys': apiKeys,
  metadata: { reads: ['VerificationKeys'] },
  health: { tables: { Clients: ['GetItem on the key health'] }, reads: ['VerificationKeys'] },
  'rotate-keys': { rotates: fourSecrets },
}

/** Machines alone, one rate tier: what the design says of `client_credentials` stands here. */
export const ofBuildr: Readonly<Record<string, ExpectedRights>> = {
  token: { invokes: ['GrantsClientCredentials'] },
  'grants/client_credentials': { tables: client, reads: ['SigningKeys'] },
  revoke: { tables: { ...client, Tokens: [deny] }, reads: ['VerificationKeys'] },
  introspect: {
    tables: { ...client, Grants: ['BatchGetItem'], Tokens: ['BatchGetItem'] },
    reads: ['VerificationKeys'],
  },
  leaked: { tables: { ...stranger, Tokens: [deny] }, reads: ['VerificationKeys'] },
  authorizer: {
    tables: { ...caller, Tokens: ['BatchGetItem'] },
    reads: ['VerificationKeys'],
    namesSharedKeys: true,
  },
  api: { upstreams: ['Buildr'] },
  'api-keys': apiKeys,
  metadata: { reads: ['VerificationKeys'] },
  health: { tables: { Clients: ['GetItem on the key health'] }, reads: ['VerificationKeys'] },
  'rotate-keys': { rotates: ['SigningKeys', 'VerificationKeys'] },
}

/** Opaque tokens without OpenID: nothing that serves a request can sign. */
export const ofBuddy: Readonly<Record<string, ExpectedRights>> = {
  token: { invokes: ['GrantsAuthorizationCode', 'GrantsClientCredentials', 'GrantsRefreshToken'] },
  'grants/authorization_code': {
    tables: {
      ...client,
      AuthorizationCodes: ['GetItem', 'UpdateItem'],
      Consents: ['GetItem'],
      Grants: ['UpdateItem'],
      Tokens: ['PutItem'],
    },
    reads: ['RefreshKeys'],
  },
  'grants/client_credentials': {
    tables: { ...client, Grants: ['UpdateItem'], Tokens: ['PutItem'] },
    reads: ['RefreshKeys'],
  },
  'grants/refresh_token': {
    tables: { ...client, Consents: ['GetItem'], Grants: ['GetItem', 'UpdateItem'], Tokens: ['PutItem'] },
    reads: ['RefreshKeys'],
  },
  authorize: pages,
  revoke: {
    tables: { ...client, Grants: ['GetItem', 'UpdateItem'], Tokens: end },
    reads: ['RefreshKeys'],
  },
  introspect: {
    tables: { ...client, Grants: ['BatchGetItem', 'GetItem'], Tokens: ['GetItem'] },
    reads: ['RefreshKeys'],
  },
  leaked: { tables: { ...stranger, Tokens: end } },
  authorizer: { tables: { ...caller, Tokens: ['GetItem'] }, namesSharedKeys: true },
  api: { upstreams: ['Buddy'] },
  'api-keys': apiKeys,
  metadata: { reads: ['VerificationKeys'] },
  health: { tables: { Clients: ['GetItem on the key health'] }, reads: ['VerificationKeys'] },
  'rotate-keys': { rotates: fourSecrets },
}

/** Opaque tokens without OpenID again, no grant for machines, three rate tiers, and API tokens. */
export const ofBuildbutler: Readonly<Record<string, ExpectedRights>> = {
  ...changed(ofBuddy, {
    without: 'client_credentials',
    tables: (tables) =>
      'RateLimits' in tables && 'Clients' in tables ? { ...tables, Accounts: ['GetItem'] } : tables,
  }),
  authorizer: { tables: { ...caller, Tokens: ['GetItem', use] }, namesSharedKeys: true },
  api: { upstreams: ['Buildbutler'] },
}

/** As the default preset, with the password grant, one rate tier and no API tokens. */
export const ofButlr: Readonly<Record<string, ExpectedRights>> = {
  ...changed(ofDefault, { tables: ({ Accounts: _, ...tables }) => tables }),
  token: {
    invokes: ['GrantsAuthorizationCode', 'GrantsClientCredentials', 'GrantsPassword', 'GrantsRefreshToken'],
  },
  'grants/password': {
    tables: { ...client, Consents: ['UpdateItem'], Grants: ['UpdateItem'], Users: ['GetItem', 'UpdateItem'] },
    reads: ['RefreshKeys', 'SigningKeys'],
  },
  leaked: { tables: { ...stranger, Tokens: [deny] }, reads: ['VerificationKeys'] },
  authorizer: {
    tables: { ...caller, Tokens: ['BatchGetItem'] },
    reads: ['VerificationKeys'],
    namesSharedKeys: true,
  },
  api: { upstreams: ['Butlr'] },
  'api-keys': apiKeys,
}

/** GitHub tokens alone: no grants, no clients, no keys that sign. */
export const ofCi: Readonly<Record<string, ExpectedRights>> = {
  vend: {
    tables: { VendedTokens: ['GetItem', 'UpdateItem'] },
    reads: ['BuildkiteToken', 'GithubAppKey', 'VendKeys'],
  },
  health: { tables: { Clients: ['GetItem on the key health'] } },
  'rotate-keys': { rotates: ['VendKeys'] },
}

/** And the last good profile file, where that is on GitHub. */
export const ofCiWithFile: Readonly<Record<string, ExpectedRights>> = {
  ...ofCi,
  vend: { ...ofCi.vend, tables: { ...ofCi.vend?.tables, Profiles: ['GetItem', 'PutItem'] } },
}

interface Change {
  /** The grant that is not there. */
  readonly without?: string
  readonly tables: (tables: TableRights) => TableRights
}

function changed(
  all: Readonly<Record<string, ExpectedRights>>,
  { without = '', tables: change }: Change,
): Readonly<Record<string, ExpectedRights>> {
  const id = without.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())
  const kept = Object.entries(all).filter(([folder]) => folder !== `grants/${without}`)
  return Object.fromEntries(
    kept.map(([folder, { tables, invokes, ...rights }]) => {
      // The pages serve people, who have no rate tier.
      const changedTables = tables && (folder === 'authorize' ? tables : change(tables))
      const others = invokes?.filter((name) => name !== `Grants${id}`)
      return [
        folder,
        { ...rights, ...(changedTables && { tables: changedTables }), ...(others && { invokes: others }) },
      ]
    }),
  )
}
