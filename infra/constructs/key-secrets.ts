/** The secrets that hold a deployment's keys. */
import { RemovalPolicy, Validations } from 'aws-cdk-lib'
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import type { SecretName } from '../../shared/config/environment.ts'
import { pascalCase } from './names.ts'

const descriptions: Readonly<Record<SecretName, string>> = {
  signingKeys: 'Private keys that sign tokens: read by the functions that issue them, alone',
  verificationKeys: 'The public key set (JWKS) that goes with the signing keys',
  refreshKeys: 'Keys of the MACs in refresh tokens',
  sessionKeys: 'Keys that encrypt the cookies of people who have signed in',
  vendKeys: 'Keys that encrypt GitHub tokens at rest',
  githubAppKey: 'The private key of the GitHub App (PEM): put it here',
  buildkiteToken: 'An API token of Buildkite with the scope read_pipelines: put it here',
}

/**
 * All start without a value; `rotate-keys` writes the first one. Hence the L1: CDK's own `Secret` would
 * fill them with a random string. They are retained, since losing them ends every token that was issued.
 */
export class KeySecrets extends Construct {
  readonly names: readonly SecretName[]
  readonly #arns: ReadonlyMap<SecretName, string>

  /**
   * @param names the secrets that the deployment uses
   * @param own ARNs of the operator's own, in place of some of them
   */
  constructor(
    scope: Construct,
    id: string,
    names: readonly SecretName[],
    own: Partial<Readonly<Record<SecretName, string>>> = {},
  ) {
    super(scope, id)
    this.names = names
    const entries = names.map((name) => {
      const existing = own[name]
      if (existing !== undefined) return [name, existing] as const
      const secret = new CfnSecret(this, pascalCase(name), { description: descriptions[name] })
      secret.applyRemovalPolicy(RemovalPolicy.RETAIN)
      Validations.of(secret).acknowledge({
        id: 'AwsSolutions-SMG4',
        reason:
          'rotate-keys rotates the keys by states that depend on each other, and what the operator puts here has an owner elsewhere',
      })
      return [name, secret.ref] as const
    })
    this.#arns = new Map(entries)
  }

  /**
   * The secret's ARN.
   *
   * @throws Error when the deployment has no such secret
   */
  get(name: SecretName): string {
    const arn = this.#arns.get(name)
    if (arn === undefined) throw new Error(`this deployment has no secret ${name}`)
    return arn
  }
}
