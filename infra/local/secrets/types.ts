/** Secrets as they rest in `secrets.json`. */
export type SecretVersion = {
  readonly secretString?: string
  /** Base64, as on the wire. */
  readonly secretBinary?: string
  /** Epoch seconds, with fraction. */
  readonly createdDate: number
  stages: readonly string[]
}

export type Secret = {
  readonly name: string
  readonly arn: string
  readonly description?: string
  readonly createdDate: number
  readonly versions: Record<string, SecretVersion>
}

export type SecretsFile = {
  readonly secrets: Readonly<Record<string, Secret>>
}

export const current = 'AWSCURRENT'
export const previous = 'AWSPREVIOUS'
