/** The two secrets that hold a deployment's keys. */
import { RemovalPolicy, Validations } from 'aws-cdk-lib'
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import type { SecretName } from '../../shared/config/environment.ts'
import { pascalCase } from './names.ts'

const descriptions: Readonly<Record<SecretName, string>> = {
  signingKeys: 'Private keys that sign tokens: read by the functions that issue them, alone',
  verificationKeys: 'The public key set (JWKS) that goes with the signing keys',
}

/**
 * Both start without a value; `rotate-keys` writes the first one. Hence the L1: CDK's own `Secret` would
 * fill them with a random string. They are retained, since losing them ends every token that was issued.
 */
export class KeySecrets extends Construct {
  readonly #arns: Readonly<Record<SecretName, string>>

  constructor(scope: Construct, id: string) {
    super(scope, id)
    const entries = Object.entries(descriptions).map(([name, description]) => {
      const secret = new CfnSecret(this, pascalCase(name), { description })
      secret.applyRemovalPolicy(RemovalPolicy.RETAIN)
      Validations.of(secret).acknowledge({
        id: 'AwsSolutions-SMG4',
        reason: 'rotate-keys rotates both secrets together, which a rotation schedule of either could not',
      })
      return [name, secret.ref]
    })
    this.#arns = Object.fromEntries(entries) as Record<SecretName, string>
  }

  /** The secret's ARN. */
  get(name: SecretName): string {
    return this.#arns[name]
  }
}
