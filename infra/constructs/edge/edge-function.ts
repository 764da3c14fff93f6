/** The Lambda@Edge function of `restore-header.ts`. */
import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, type IVersion, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import { withFunctionCode } from '../function-asset.ts'

/**
 * Lambda@Edge takes x86_64, no environment variables and a numbered version. The role may do nothing at all,
 * not even log: the function says nothing, and its failures show in CloudFront's own metrics.
 *
 * Function and version are retained: CloudFront's replicas keep Lambda from deleting them for hours after the
 * distribution is gone, on which a deletion of the stack would fail.
 */
export class EdgeFunction extends Construct {
  readonly version: IVersion

  constructor(scope: Construct, id: string) {
    super(scope, id)
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'), // the distribution adds edgelambda
    })
    const restoreHeader = withFunctionCode(
      'edge/restore-header',
      undefined,
      (code) =>
        new LambdaFunction(this, 'Function', {
          description: 'Scrip: gives WWW-Authenticate its name back',
          code,
          handler: 'index.handler',
          runtime: Runtime.NODEJS_24_X,
          architecture: Architecture.X86_64,
          memorySize: 128,
          timeout: Duration.seconds(5),
          role,
          currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
        }),
    )
    restoreHeader.applyRemovalPolicy(RemovalPolicy.RETAIN)
    // CDK's classes and interfaces disagree about absent properties; this only widens the type.
    this.version = restoreHeader.currentVersion as IVersion
  }
}
