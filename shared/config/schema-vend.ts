/** The shape of the configuration's `vend`: CI tokens in, GitHub tokens out. */
import * as v from 'valibot'
import { foreignIssuer, isIssuer, matching, oneOf, secretArn, text, whole } from './schema-values.ts'

const baseUrl = (whenLeftOut: string) =>
  v.optional(
    v.pipe(
      v.string('a URL'),
      v.check(isIssuer, 'an https URL in its normal form, without user, query, fragment or trailing slash'),
    ),
    whenLeftOut,
  )

/** A name as GitHub has it for owners (users and organizations). */
const owner = matching(
  /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?$/,
  'the name of a user or organization on GitHub',
)

const claimName = text(200)
const claimNames = v.array(claimName, 'a list of claim names')

const jwks = v.optional(
  v.strictObject({
    keys: v.pipe(
      v.array(v.record(v.string(), v.unknown(), 'a JWK'), 'a list of JWKs'),
      v.minLength(1, 'at least one key'),
    ),
  }),
)

/** What every issuer may have, whatever its kind. */
const common = { audience: text(500), jwks }

const issuers = v.pipe(
  v.array(
    v.variant(
      'kind',
      [
        v.strictObject({
          kind: v.literal('buildkite'),
          organization: matching(/^[a-z0-9][a-z0-9-]{0,99}$/, 'the slug of a Buildkite organization'),
          issuer: v.optional(foreignIssuer),
          ...common,
        }),
        v.strictObject({
          kind: v.literal('github_actions'),
          /** The id, since a name can change hands. */
          ownerId: matching(/^\d{1,20}$/, 'the numeric id of the owner, as a text'),
          issuer: v.optional(foreignIssuer),
          ...common,
        }),
        v.strictObject({
          kind: v.literal('gitlab'),
          issuer: foreignIssuer,
          namespaceId: matching(/^\d{1,20}$/, 'the numeric id of the namespace, as a text'),
          ...common,
        }),
        v.strictObject({
          kind: v.literal('circleci'),
          organizationId: matching(
            /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
            'the UUID of a CircleCI organization',
          ),
          ...common,
        }),
        v.strictObject({
          kind: v.literal('openid'),
          issuer: foreignIssuer,
          requiredClaims: v.optional(claimNames, []),
          claimValues: v.optional(v.record(claimName, text(500), 'claims and their values'), {}),
          allowedClaims: claimNames,
          repositoryClaim: claimName,
          organizationClaim: claimName,
          pipelineClaim: claimName,
          pipelineIdClaim: claimName,
          jobClaim: v.optional(claimName),
          buildClaim: v.optional(claimName),
          branchClaim: v.optional(claimName),
          algorithms: v.optional(
            v.pipe(
              v.array(
                oneOf(
                  'RS256',
                  'RS384',
                  'RS512',
                  'PS256',
                  'PS384',
                  'PS512',
                  'ES256',
                  'ES384',
                  'ES512',
                  'EdDSA',
                ),
                'a list of algorithms',
              ),
              v.minLength(1, 'at least one algorithm'),
            ),
            ['RS256'],
          ),
          ...common,
        }),
      ],
      'a kind: buildkite, github_actions, gitlab, circleci or openid',
    ),
    'a list of issuers',
  ),
  v.minLength(1, 'at least one issuer'),
)

/** By the owner's name in lower case from here on: GitHub does not tell the cases apart. */
const installations = v.pipe(
  v.record(
    owner,
    matching(/^\d{1,20}$/, 'the numeric id of an installation, as a text'),
    'owners, each with its installation id',
  ),
  v.check(
    (byOwner) => Object.keys(byOwner).length === Object.keys(inLowerCase(byOwner)).length,
    'each owner once, be it in upper or in lower case',
  ),
  v.transform(inLowerCase),
)

function inLowerCase(byOwner: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(byOwner).map(([name, id]) => [name.toLowerCase(), id]))
}

/** GitHub would take the path for another one, or for none. */
function hasPlainSegments(file: string): boolean {
  return file.split(/[:/]/).every((segment) => !['', '.', '..'].includes(segment))
}

export const vend = v.strictObject({
  issuers,
  /** The profile file itself, or where it is on GitHub. */
  profiles: v.union(
    [
      v.pipe(
        v.string(),
        v.regex(/^[A-Za-z0-9-]+:[A-Za-z0-9._-]+:[^:\s]+\.ya?ml$/, 'owner:repository:path of a YAML file'),
        v.check(hasPlainSegments, 'a path from the root of the repository'),
      ),
      v.looseObject({}),
    ],
    'the profiles themselves, or owner:repository:path of a YAML file on GitHub',
  ),
  github: v.strictObject({
    apiUrl: baseUrl('https://api.github.com'),
    host: v.optional(matching(/^[a-z0-9.-]{1,253}$/, 'a host name in lower case'), 'github.com'),
    appId: matching(/^[A-Za-z0-9.]{1,40}$/, 'the app’s id, or its client id, as a text'),
    organization: owner,
    installations: v.optional(installations, {}),
    privateKeySecretArn: v.optional(secretArn),
  }),
  buildkite: v.optional(
    v.strictObject({ apiUrl: baseUrl('https://api.buildkite.com'), tokenSecretArn: v.optional(secretArn) }),
    {},
  ),
  response: v.optional(oneOf('seed', 'chinmina'), 'seed'),
  cacheSeconds: v.optional(whole(0, 3000, 'seconds'), 2700),
})
