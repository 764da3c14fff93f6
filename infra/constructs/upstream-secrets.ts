/** The secrets that https upstreams of the team's API know us by. */
import { RemovalPolicy, Validations } from 'aws-cdk-lib'
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import type { ApiUpstream } from '../../shared/config/types.ts'
import { pascalCase } from './names.ts'

/**
 * One for each https upstream, made here with a random value unless the configuration names the operator's own.
 * It tells an upstream that a request has passed the authorizer; whoever else finds its address has none.
 */
export class UpstreamSecrets extends Construct {
  /** ARNs by the upstream's name. */
  readonly arns: ReadonlyMap<string, string>

  constructor(scope: Construct, id: string, upstreams: Readonly<Record<string, ApiUpstream>>) {
    super(scope, id)
    this.arns = new Map(
      Object.entries(upstreams).flatMap(([name, upstream]) =>
        'url' in upstream ? [[name, upstream.secretArn ?? this.#make(name)] as const] : [],
      ),
    )
  }

  /** @throws Error when the upstream is not one that is called by https */
  get(upstream: string): string {
    const arn = this.arns.get(upstream)
    if (arn === undefined) throw new Error(`the upstream ${upstream} has no secret`)
    return arn
  }

  #make(name: string): string {
    const secret = new CfnSecret(this, pascalCase(name), {
      description: `Sent to the upstream ${name} with each request, as x-scrip-secret`,
      generateSecretString: { passwordLength: 43, excludePunctuation: true },
    })
    // The upstream's owner has copied it: a stack that is made anew must not lock the API out.
    secret.applyRemovalPolicy(RemovalPolicy.RETAIN)
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'The upstream has to learn a new value first, which only its owner can arrange',
    })
    return secret.ref
  }
}
