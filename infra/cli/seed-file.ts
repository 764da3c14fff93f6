/** The seed format: what to put into a deployment, in the names of RFC 7591. */
import * as v from 'valibot'
import { type Fault, FaultyFile, toFaults } from '../../shared/config/faults.ts'
import type { Config } from '../../shared/config/types.ts'
import { tokenEndpointAuthMethods } from '../../shared/protocol/client.ts'
import type { ClientMetadata } from '../../shared/protocol/client-registration.ts'
import { grantTypes } from '../../shared/protocol/grant-types.ts'

export interface SeedAccount {
  readonly id: string
  readonly tier?: string | undefined
}

export interface Seed {
  readonly accounts: readonly SeedAccount[]
  readonly clients: readonly ClientMetadata[]
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

const account = v.strictObject({
  id: text('an account id'),
  tier: v.optional(text('a tier')),
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
  logo_uri: v.optional(httpUrl),
  redirect_uris: v.optional(v.array(text('a redirect URI', 2000), 'a list of redirect URIs')),
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
})

const seedSchema = v.strictObject({
  accounts: v.optional(v.array(account, 'a list of accounts'), []),
  clients: v.optional(v.array(client, 'a list of clients'), []),
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
  const faults = [...accountFaults(result.output, config), ...clientFaults(result.output, config)]
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

function clientFaults({ clients }: Seed, { grants, scopes }: Config): Fault[] {
  const offered = Object.keys(grants)
  return clients.flatMap((metadata, index) => {
    const path = `clients.${index}`
    const unknownScopes = metadata.scope.split(' ').filter((name) => !Object.hasOwn(scopes, name))
    const notOffered = metadata.grant_types.filter((name) => !offered.includes(name))
    const hasUselessSecret =
      metadata.token_endpoint_auth_method === 'none' && metadata.client_secret !== undefined
    return [
      ...unknownScopes.map((name) => ({
        path: `${path}.scope`,
        expected: `scopes of the catalogue divided by single spaces, but there is no "${name}"`,
      })),
      ...notOffered.map((name) => ({
        path: `${path}.grant_types`,
        expected: `grants that this deployment offers (${offered.join(', ')}), but not ${name}`,
      })),
      ...(hasUselessSecret
        ? [
            {
              path: `${path}.client_secret`,
              expected: 'no secret, since the client does not authenticate',
            },
          ]
        : []),
    ]
  })
}
