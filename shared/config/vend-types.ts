/** Settings of token vending: which CI issuers are believed, and how their jobs get GitHub tokens. */

/** A pipeline's repository: named by a claim of its token, or asked of Buildkite's API. */
export type RepositorySource =
  | {
      readonly from: 'claim'
      readonly claim: string
      /** Only the configured organization's where users of the CI may choose the value: what they name is not theirs. */
      readonly of: 'any owner' | 'the organization'
    }
  | { readonly from: 'buildkite' }

/** One issuer of CI tokens. */
export interface VendIssuer {
  readonly issuer: string
  /** `aud` that a token must have, exactly. */
  readonly audience: string
  /** Claims that must be there, whatever they are. */
  readonly requiredClaims: readonly string[]
  /** Claims that must have exactly this value: the organization, where an issuer is shared by many. */
  readonly claimValues: Readonly<Record<string, string>>
  /** Claims that match rules may name; one that ends in `:` allows all names that begin with it (`agent_tag:`). */
  readonly allowedClaims: readonly string[]
  readonly repository: RepositorySource
  /** Names of claims for the reply, the cache key and the audit line. */
  readonly identity: {
    readonly organization: string
    readonly pipeline: string
    readonly pipelineId: string
    readonly job?: string
    readonly build?: string
    readonly branch?: string
  }
  /** Signature algorithms that are taken: asymmetric ones alone. */
  readonly algorithms: readonly VendAlgorithm[]
  /** Where the keys are; found by the issuer's OpenID discovery document when left out. */
  readonly jwksUri?: string
  /** The keys themselves: nothing is fetched then. */
  readonly jwks?: { readonly keys: readonly Readonly<Record<string, unknown>>[] }
}

export type VendAlgorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA'

/** What a setting of each kind may have. */
interface CommonSetting {
  readonly audience: string
  /** Keys that are pinned. */
  readonly jwks?: NonNullable<VendIssuer['jwks']>
}

/** A setting of `vend.issuers`: a CI vendor, and whose tokens of it are taken. */
export type IssuerSetting =
  | (CommonSetting & { readonly kind: 'buildkite'; readonly organization: string; readonly issuer?: string })
  | (CommonSetting & { readonly kind: 'github_actions'; readonly ownerId: string; readonly issuer?: string })
  | (CommonSetting & { readonly kind: 'gitlab'; readonly issuer: string; readonly namespaceId: string })
  | (CommonSetting & { readonly kind: 'circleci'; readonly organizationId: string })
  | (CommonSetting & {
      readonly kind: 'openid'
      readonly issuer: string
      readonly requiredClaims: readonly string[]
      readonly claimValues: Readonly<Record<string, string>>
      readonly allowedClaims: readonly string[]
      readonly repositoryClaim: string
      readonly organizationClaim: string
      readonly pipelineClaim: string
      readonly pipelineIdClaim: string
      /** For the audit line alone, as far as the tokens tell. */
      readonly jobClaim?: string
      readonly buildClaim?: string
      readonly branchClaim?: string
      readonly algorithms: readonly VendAlgorithm[]
    })

/** The configuration's `vend`. */
export interface VendSettings extends VendConfig {
  readonly issuers: readonly IssuerSetting[]
  /** The profiles themselves, or `owner:repository:path` of a YAML file on GitHub. */
  readonly profiles: string | Readonly<Record<string, unknown>>
}

/** What the parts of vending are told. */
export interface VendConfig {
  readonly github: {
    /** Base URL of the REST API, `https://api.github.com`. */
    readonly apiUrl: string
    /** Host of repositories, `github.com`. */
    readonly host: string
    readonly appId: string
    /** ARN of the operator's own secret with the App's private key (PEM); Scrip makes one when left out. */
    readonly privateKeySecretArn?: string
    /** Installation ids by the owner's name in lower case; an owner that is not listed is looked up at GitHub. */
    readonly installations: Readonly<Record<string, string>>
    /** Owner of the repositories that organization profiles name. */
    readonly organization: string
  }
  readonly buildkite: {
    readonly apiUrl: string
    /** ARN of the operator's own secret with an API token of scope `read_pipelines`. */
    readonly tokenSecretArn?: string
  }
  /** Shape of replies: the seed contract's, or that of current Chinmina. */
  readonly response: 'seed' | 'chinmina'
  readonly cacheSeconds: number
  /** Whether services may be on loopback over http: on the local stack, and never by a setting of the file. */
  readonly loopback: boolean
}
