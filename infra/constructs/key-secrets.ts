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
}

/**
 * All start without a value; `rotate-keys` writes the first one. Hence the L1: CDK's own `Secret` would
 * fill them with a random string. They are retained, since losing them ends every token that was issued.
 */
export class KeySecrets extends Construct {
  readonly names: readonly SecretName[]
  readonly #arns: ReadonlyMap<SecretName, string>

  /** @param names the secrets that the deployment uses */
  constructor(scope: Construct, id: string, names: readonly SecretName[]) {
    super(scope, id)
    this.names = names
    const entries = names.map((name) => {
      const secret = new CfnSecret(this, pascalCase(name), { description: descriptions[name] })
      secret.applyRemovalPolicy(RemovalPolicy.RETAIN)
      Validations.of(secret).acknowledge({
        id: 'AwsSolutions-SMG4',
        reason:
          'rotate-keys rotates the keys by states that depend on each other, which a schedule of one secret cannot',
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
