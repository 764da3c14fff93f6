/** The CDK app: one deployment, from one configuration file, checked by cdk-nag and by CloudFormation's rules. */
import { readFileSync } from 'node:fs'
import { App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { readDeployment } from './config/deployment.ts'
import { defineStacks } from './stack.ts'

export interface AppOptions {
  /** The CDK's own choice when left out: `CDK_OUTDIR`, or a temporary folder. */
  readonly outdir?: string
  /** Added to the context of `cdk.json` and of the command line. */
  readonly context?: Readonly<Record<string, unknown>>
}

/**
 * @param environment where `CDK_DEFAULT_ACCOUNT` and `CDK_DEFAULT_REGION` are looked up
 * @throws FaultyFile or DeploymentError, when the operator has something to mend
 */
export function defineApp(
  environment: Readonly<Record<string, string | undefined>>,
  { outdir, context = {} }: AppOptions = {},
): App {
  const app = new App({
    ...(outdir !== undefined && { outdir }),
    // The feature flags are read here too, so that a run without the CDK's command line has the same ones.
    context: { ...featureFlags(), ...context },
    // Without it, every template tells AWS which constructs it was made of.
    analyticsReporting: false,
  })
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  defineStacks(
    app,
    readDeployment((key) => app.node.tryGetContext(key), environment),
  )
  return app
}

function featureFlags(): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL('../cdk.json', import.meta.url), 'utf8')).context
}
