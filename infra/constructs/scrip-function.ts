/** One Lambda function with its role, its log group and its alias. */
import { Duration, Stack, Validations } from 'aws-cdk-lib'
import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction as LambdaFunctionTarget } from 'aws-cdk-lib/aws-events-targets'
import { type Conditions, Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import {
  ApplicationLogLevel,
  Architecture,
  type IFunction,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
} from 'aws-cdk-lib/aws-lambda'
import { type ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import {
  EDGE_SECRET_VARIABLE,
  grantFunctionVariable,
  type SecretName,
  SHARED_KEY_VARIABLE,
  secretVariables,
  type TableName,
  tableVariables,
  upstreamSecretVariable,
} from '../../shared/config/environment.ts'
import type { Config } from '../../shared/config/types.ts'
import type { GrantType } from '../../shared/protocol/grant-types.ts'
import { withFunctionCode } from './function-asset.ts'
import type { KeySecrets } from './key-secrets.ts'
import { indexName, type Tables } from './tables.ts'

export interface ScripFunctionProps {
  /** Folder under `functions/`, such as `grants/client_credentials`. */
  readonly folder: string
  readonly timeoutSeconds: number
  readonly memoryMegabytes: number
  /** Whether its log tells at least what is of the level INFO, as audit lines are. */
  readonly audits: boolean
  readonly config: Config
  readonly tables: Tables
  readonly secrets: KeySecrets
}

/**
 * A function starts with the right to write its own log, and nothing else. Each `may…` method adds a right
 * and, in the same call, the variable that names what the right is for: neither can be forgotten.
 */
export class ScripFunction extends Construct {
  /** What everything calls: a deployment moves it to the new version when that is ready. */
  readonly alias: IFunction
  readonly functionArn: string
  readonly logGroup: ILogGroup
  readonly #function: LambdaFunction
  readonly #role: Role
  readonly #tables: Tables
  readonly #secrets: KeySecrets

  constructor(scope: Construct, id: string, props: ScripFunctionProps) {
    super(scope, id)
    const { logs } = props.config
    const level = props.audits && logs.level !== 'DEBUG' ? 'INFO' : logs.level
    this.#tables = props.tables
    this.#secrets = props.secrets
    // Given a role, CDK adds no managed policy; AWS's basic one may write every log group of the account.
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    })
    this.#role = role
    const logGroup = new LogGroup(this, 'Logs', {
      retention: logs.retentionDays,
    })
    logGroup.grantWrite(role)
    this.logGroup = logGroup
    this.#function = withFunctionCode(
      `functions/${props.folder}`,
      props.config,
      (code) =>
        new LambdaFunction(this, 'Function', {
          description: `Scrip: ${props.folder}`,
          code,
          handler: 'index.handler',
          runtime: Runtime.NODEJS_24_X,
          architecture: Architecture.ARM_64,
          memorySize: props.memoryMegabytes,
          timeout: Duration.seconds(props.timeoutSeconds),
          role,
          logGroup,
          loggingFormat: LoggingFormat.JSON,
          // Lambda drops JSON lines below its own level, so it has to know ours.
          applicationLogLevelV2: ApplicationLogLevel[level],
          environment: {
            POWERTOOLS_SERVICE_NAME: props.folder,
            POWERTOOLS_LOG_LEVEL: level,
          },
        }),
    )
    this.functionArn = this.#function.functionArn
    // CDK's classes and interfaces disagree about absent properties; this only widens the type.
    this.alias = this.#function.addAlias('live') as IFunction
  }

  /** Exactly these actions on exactly that table, and not on its indexes. */
  mayUse(table: TableName, actions: readonly string[], conditions: Conditions = {}): void {
    const { tableName, tableArn } = this.#tables.get(table)
    this.#function.addEnvironment(tableVariables[table], tableName)
    this.#allow(actions, tableArn, conditions)
  }

  /** Exactly these actions on that table's index, and not on the table. */
  mayUseIndex(table: TableName, actions: readonly string[]): void {
    const { tableName, tableArn } = this.#tables.get(table)
    this.#function.addEnvironment(tableVariables[table], tableName)
    this.#allow(actions, `${tableArn}/index/${indexName(table)}`)
  }

  /** Tell whether a request came through the edge. */
  mayKnowEdge(originSecretArn: string): void {
    this.#function.addEnvironment(EDGE_SECRET_VARIABLE, originSecretArn)
    this.#allow(['secretsmanager:GetSecretValue'], originSecretArn)
  }

  /** A secret of the operator's own: its ARN stands in the configuration, and so in no variable. */
  mayReadForeign(arn: string): void {
    this.#allow(['secretsmanager:GetSecretValue'], arn)
  }

  mayRead(secret: SecretName): void {
    this.#function.addEnvironment(secretVariables[secret], this.#secrets.get(secret))
    this.#allow(['secretsmanager:GetSecretValue'], this.#secrets.get(secret))
  }

  /** Write a new version beside the current one, and move the stage label if nobody else was faster. */
  mayRotate(secret: SecretName): void {
    this.mayRead(secret)
    this.#allow(
      ['secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecretVersionStage'],
      this.#secrets.get(secret),
    )
  }

  /** Call a grant's function, by its alias and by no other version. */
  mayInvoke(grantType: GrantType, { functionArn }: IFunction): void {
    this.#function.addEnvironment(grantFunctionVariable(grantType), functionArn)
    this.#allow(['lambda:InvokeFunction'], functionArn)
  }

  /** Call a function of the team's own; its ARN stands in the configuration. */
  mayInvokeForeign(arn: string): void {
    this.#allow(['lambda:InvokeFunction'], arn)
  }

  /** The secret that an upstream knows us by. */
  mayReadUpstream(upstream: string, secretArn: string): void {
    this.#function.addEnvironment(upstreamSecretVariable(upstream), secretArn)
    this.#allow(['secretsmanager:GetSecretValue'], secretArn)
  }

  mayNameSharedKeys(base: string): void {
    this.#function.addEnvironment(SHARED_KEY_VARIABLE, base)
  }

  /**
   * API Gateway's control plane. A key's id is its own choice and the plans' ids would make a cycle (they stand
   * for the stage, which stands for the methods, which stand for the functions), so no narrower resource can be
   * named; what there is, is this: keys, and the membership of plans.
   */
  mayManageApiKeys(): void {
    const stack = Stack.of(this)
    const { region, partition } = stack
    const resource = (path: string) => `arn:${partition}:apigateway:${region}::${path}`
    this.#allow(['apigateway:GET'], resource('/usageplans'))
    this.#allow(['apigateway:GET', 'apigateway:POST'], resource('/apikeys'))
    const wild = [resource('/apikeys/*'), resource('/usageplans/*/keys')] as const
    this.#allow(['apigateway:DELETE'], wild[0])
    this.#allow(['apigateway:GET', 'apigateway:POST'], wild[1])
    for (const arn of wild)
      Validations.of(this.#role).acknowledge({
        id: `AwsSolutions-IAM5[Resource::${asFound(stack, arn)}]`,
        reason: 'The ids of keys are API Gateway’s own choice, and those of the plans would make a cycle',
      })
  }

  /** Has EventBridge call it; a run that fails waits for the next one. */
  runEvery(minutes: number): void {
    // EventBridge hands the event to a queue of Lambda's, which repeats a failed run by itself unless told.
    this.alias.configureAsyncInvoke({ retryAttempts: 0 })
    new Rule(this, 'Schedule', {
      schedule: Schedule.rate(Duration.minutes(minutes)),
      targets: [new LambdaFunctionTarget(this.alias, { retryAttempts: 0 })],
    })
  }

  #allow(actions: readonly string[], resource: string, conditions: Conditions = {}): void {
    this.#function.addToRolePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: [...actions],
        resources: [resource],
        conditions,
      }),
    )
  }
}

/** A text as cdk-nag writes it in a finding: what is known only at deployment stands in angle brackets. */
function asFound(stack: Stack, text: string): string {
  const resolved: string | { 'Fn::Join': [string, (string | { Ref: string })[]] } = stack.resolve(text)
  if (typeof resolved === 'string') return resolved
  const [, parts] = resolved['Fn::Join']
  return parts.map((part) => (typeof part === 'string' ? part : `<${part.Ref}>`)).join('')
}
