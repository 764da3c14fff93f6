/** Has the first keys made when the stack is made. */
import { CustomResource, Duration } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import type { SecretName } from '../../shared/config/environment.ts'
import type { SigningAlgorithm } from '../../shared/config/types.ts'
import type { ScripFunction } from './scrip-function.ts'

export interface InitialKeysProps {
  readonly rotateKeys: ScripFunction
  readonly algorithm: SigningAlgorithm
  /** Which secrets the deployment uses: when one comes to them, CloudFormation calls again. */
  readonly secrets: readonly SecretName[]
}

/**
 * CloudFormation calls `rotate-keys` itself, and again when the algorithm changes. CDK's provider framework
 * would put three more functions between the two, to poll for what takes a second.
 */
export class InitialKeys extends Construct {
  constructor(scope: Construct, id: string, { rotateKeys, algorithm, secrets }: InitialKeysProps) {
    super(scope, id)
    new CustomResource(this, 'Keys', {
      resourceType: 'Custom::ScripKeys',
      serviceToken: rotateKeys.functionArn,
      // Past the function's own limit nobody will answer any more; the default would wait for an hour.
      serviceTimeout: Duration.seconds(90),
      properties: { algorithm, secrets },
    })
  }
}
