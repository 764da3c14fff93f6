/** The seed format: what to put into a deployment, in the names of RFC 7591. */
import * as v from 'valibot'
import { type Fault, FaultyFile, toFaults } from '../../shared/config/faults.ts'
import type { Config } from '../../shared/config/types.ts'
import { tokenEndpointAuthMethods } from '../../shared/protocol/client.ts'
import type { ClientMetadata } from '../../shared/protocol/client-registration.ts'
import { grantTypes, hasUsers } from '../../shared/protocol/grant-types.ts'
import { isEmbeddedLogo, MAX_LOGO_LENGTH } from '../../shared/protocol/logo.ts'
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '../../shared/protocol/password.ts'
import { redirectUriFault } from '../../shared/protocol/redirect-uri.ts'
import { normaliseUsername } from '../../shared/protocol/username.ts'
import { type SeedApiToken, seedApiTokenFaults, seedApiTokenSchema } from './seed-api-tokens.ts'

export interface SeedAccount {
  readonly id: string
  readonly tier?: string | undefined
}

/** A person who signs in here; a password is made where none is given. */
export interface SeedUser {
  readonly username: string
  readonly password?: string | undefined
  readonly account?: string | undefined
  readonly name?: string | undefined
  readonly email?: string | undefined
}

export interface Seed {
  readonly accounts: readonly SeedAccount[]
  readonly users: readonly SeedUser[]
  readonly clients: readonly ClientMetadata[]
  readonly api_tokens: readonly SeedApiToken[]
}

/** A secret that is imported has to be as hard to guess as one that we make. */
const MIN_SECRET_LENGTH = 32

const text = (expected: string, maxLength = 255) =>
  v.pipe(
    v.string(expected),
    v.check((value) => value !== '', expected),
    v.maxLength(maxLength, `at most ${maxLength} characters`),
  )

/** RFC 6749 Appendix A.1 and A.2: printable ASCII. */
const printable = (expected: string) => v.pipe(text(expected), v.regex(/^[\x20-\x7e]+$/, expected))

const httpUrl = v.pipe(
  v.string('a URL'),
  v.check(
    (value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
    'an http or https URL',
  ),
)

/** What a consent page shows is part of the registration (`protocol/logo.ts`); a hosted logo is kept, and not shown. */
const logoUri = v.pipe(
  v.string('a logo'),
  v.check(
    (value) => isEmbeddedLogo(value) || (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)),
    `a data: URI of a PNG, JPEG, WebP or GIF of at most ${MAX_LOGO_LENGTH} characters, or an http or https URL`,
  ),
)

const redirectUri = v.pipe(
  v.string('a redirect URI'),
  v.rawCheck(({ dataset, addIssue }) => {
    const fault = dataset.typed ? redirectUriFault(dataset.value) : undefined
    if (fault !== undefined) addIssue({ message: fault })
  }),
)

const account = v.strictObject({
  id: text('an account id'),
  tier: v.optional(text('a tier')),
})

const user = v.strictObject({
  username: v.pipe(
    text('a user name'),
    v.check((value) => normaliseUsername(value) !== undefined, 'a user name without white space'),
  ),
  password: v.optional(
    v.pipe(
      v.string('a password'),
      v.minLength(
        MIN_PASSWORD_LENGTH,
        `at least ${MIN_PASSWORD_LENGTH} characters; leave it out to have one made`,
      ),
      v.maxLength(MAX_PASSWORD_LENGTH, `at most ${MAX_PASSWORD_LENGTH} characters`),
    ),
  ),
  account: v.optional(text('an account id')),
  name: v.optional(text('a name')),
  email: v.optional(v.pipe(text('an e-mail address'), v.regex(/^[^@\s]+@[^@\s]+$/, 'an e-mail address'))),
})

const client = v.strictObject({
  client_id: v.optional(printable('a client id in printable ASCII')),
  client_secret: v.optional(
    v.pipe(
      printable('a client secret in printable ASCII'),
      v.minLength(
        MIN_SECRET_LENGTH,
        `at least ${MIN_SECRET_LENGTH} characters; leave it out to have one made`,
      ),
    ),
  ),
  client_name: text('a name that people will read'),
  client_uri: v.optional(httpUrl),
  logo_uri: v.optional(logoUri),
  redirect_uris: v.optional(v.array(redirectUri, 'a list of redirect URIs')),
  redirect_match: v.optional(v.picklist(['exact', 'subpath'], 'exact or subpath')),
  grant_types: v.pipe(
    v.array(v.picklist(grantTypes, `one of ${grantTypes.join(', ')}`), 'a list of grant types'),
    v.minLength(1, 'at least one grant type'),
  ),
  scope: text('scope names divided by spaces', 2000),
  token_endpoint_auth_method: v.optional(
    v.picklist(tokenEndpointAuthMethods, `one of ${tokenEndpointAuthMethods.join(', ')}`),
  ),
  account: v.optional(text('an account id')),
  first_party: v.optional(v.boolean('true or false')),
  access_token_ttl_seconds: v.optional(
    v.pipe(
      v.number('a number of seconds'),
      v.integer('whole seconds'),
      v.minValue(60, 'at least 60 seconds'),
    ),
  ),
  tokens_never_expire: v.optional(v.boolean('true or false')),
  introspect_audience: v.optional(text('the audience of the tokens that it may introspect', 500)),
})

const seedSchema = v.strictObject({
  accounts: v.optional(v.array(account, 'a list of accounts'), []),
  users: v.optional(v.array(user, 'a list of users'), []),
  clients: v.optional(v.array(client, 'a list of clients'), []),
  api_tokens: v.optional(v.array(seedApiTokenSchema, 'a list of API tokens'), []),
})

/**
 * Checks seed data against its format and against the deployment's configuration.
 *
 * @param source the file's name, for the message
 * @throws FaultyFile with every fault together, each with its path
 */
export function checkSeed(data: unknown, source: string, config: Config): Seed {
  const result = v.safeParse(seedSchema, data, { abortPipeEarly: true })
  if (!result.success) throw new FaultyFile(source, toFaults(result.issues))
  const faults = [
    ...accountFaults(result.output, config),
    ...userFaults(result.output, config),
    ...clientFaults(result.output, config),
    ...seedApiTokenFaults(result.output.api_tokens, config),
  ]
  if (faults.length > 0) throw new FaultyFile(source, faults)
  return result.output
}

function accountFaults({ accounts }: Seed, { rateLimits }: Config): Fault[] {
  const tiers = Object.keys(rateLimits.tiers)
  return accounts.flatMap(({ tier }, index) =>
    tier === undefined || tiers.includes(tier)
      ? []
      : [
          {
            path: `accounts.${index}.tier`,
            expected: `one of the tiers (${tiers.join(', ')})`,
          },
        ],
  )
}

function userFaults({ users }: Seed, { grants }: Config): Fault[] {
  if (users.length === 0 || hasUsers(grants)) return []
  return [{ path: 'users', expected: 'no users, since no grant of this deployment signs people in' }]
}

function clientFaults({ clients }: Seed, config: Config): Fault[] {
  return clients.flatMap((metadata, index) =>
    faultsOfClient(metadata, config).map(({ path, expected }) => ({
      path: `clients.${index}.${path}`,
      expected,
    })),
  )
}

function faultsOfClient(metadata: ClientMetadata, { grants, scopes, accessToken }: Config): Fault[] {
  const offered = Object.keys(grants)
  const unknownScopes = metadata.scope.split(' ').filter((name) => !Object.hasOwn(scopes, name))
  const notOffered = metadata.grant_types.filter((name) => !offered.includes(name))
  const isPublic = metadata.token_endpoint_auth_method === 'none'
  const needsRedirect = metadata.grant_types.includes('authorization_code')
  return [
    ...unknownScopes.map((name) => ({
      path: 'scope',
      expected: `scopes of the catalogue divided by single spaces, but there is no "${name}"`,
    })),
    ...notOffered.map((name) => ({
      path: 'grant_types',
      expected: `grants that this deployment offers (${offered.join(', ')}), but not ${name}`,
    })),
    ...(isPublic && metadata.client_secret !== undefined
      ? [{ path: 'client_secret', expected: 'no secret, since the client does not authenticate' }]
      : []),
    ...(isPublic && metadata.introspect_audience !== undefined
      ? [{ path: 'introspect_audience', expected: 'a client that authenticates, to introspect tokens' }]
      : []),
    ...(needsRedirect && (metadata.redirect_uris ?? []).length === 0
      ? [{ path: 'redirect_uris', expected: 'at least one, since the client uses authorization_code' }]
      : []),
    ...(metadata.tokens_never_expire && accessToken.format === 'jwt'
      ? [
          {
            path: 'tokens_never_expire',
            expected: 'another access token format: a JWT has to expire (RFC 9068 §2.2)',
          },
        ]
      : []),
  ]
}
