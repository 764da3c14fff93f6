/** The secret by which the edge proves itself to the functions behind the API. */
import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'

/**
 * Only with it is an `X-Forwarded-For` believed (`shared/http/source.ts`). It has a name of its own, since the
 * edge may be in another region, where a replica has the same name and no reference from here reaches.
 */
export class OriginSecret extends Construct {
  readonly arn: string
  /** A dynamic reference: CloudFormation puts the value where this stands, and into no template. */
  readonly reference: string

  /** @param edgeRegion where the edge will look it up */
  constructor(scope: Construct, id: string, edgeRegion: string) {
    super(scope, id)
    const { stackName, region } = Stack.of(this)
    const name = `${stackName}/edge-origin`
    const secret = new CfnSecret(this, 'Secret', {
      name,
      description: 'Sent by the edge to the API with each request',
      generateSecretString: { passwordLength: 43, excludePunctuation: true },
      ...(region === edgeRegion ? {} : { replicaRegions: [{ region: edgeRegion }] }),
    })
    // It protects nothing that outlives the edge, and a new edge makes a new one.
    secret.applyRemovalPolicy(RemovalPolicy.DESTROY)
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'A rotation would have to change the distribution in the same moment; a deployment replaces it',
    })
    this.arn = secret.ref
    this.reference = `{{resolve:secretsmanager:${name}:SecretString}}`
  }
}
