/** AWS::Lambda::Function, Version, Alias, EventInvokeConfig and Permission. */
import { functionArnOf } from '../lambda/functions.ts'
import type { Properties } from '../template/properties.ts'
import type { Provider } from './provider.ts'
import type { World } from './world.ts'

export const lambdaFunction: Provider = ({ logicalId, properties, world, defaultName }) => {
  const name = properties.optionalString('FunctionName') ?? defaultName()
  const runtime = properties.string('Runtime')
  if (runtime !== 'nodejs24.x') properties.fail('Runtime', `is ${runtime}: the local stack runs nodejs24.x`)
  const architecture = properties.strings('Architectures')[0] === 'arm64' ? 'arm64' : 'x86_64'
  properties.ignore('for people', 'Description', 'Tags')
  properties.ignore('traces go nowhere', 'TracingConfig')
  properties.ignore('a start is always cold here', 'SnapStart', 'RuntimeManagementConfig', 'RecursiveLoop')
  for (const unsupported of [
    'Layers',
    'VpcConfig',
    'FileSystemConfigs',
    'ImageConfig',
    'DeadLetterConfig',
    'KmsKeyArn',
  ]) {
    properties.refuse(unsupported, 'it would change how the function runs')
  }
  const reservedConcurrency = properties.optionalNumber('ReservedConcurrentExecutions')
  world.functions.create({
    name,
    arn: functionArnOf(name),
    folder: codeFolder(properties.object('Code'), world),
    handler: properties.string('Handler'),
    timeoutSeconds: properties.optionalNumber('Timeout') ?? 3,
    memoryMegabytes: properties.optionalNumber('MemorySize') ?? 128,
    architecture,
    variables: properties.optionalObject('Environment')?.stringMap('Variables') ?? {},
    role: world.roles.assume(properties.string('Role'), 'lambda.amazonaws.com', logicalId),
    ...(reservedConcurrency === undefined ? {} : { reservedConcurrency }),
    logGroup: logGroupOf(properties.optionalObject('LoggingConfig'), name),
  })
  return { ref: name, attributes: { Arn: functionArnOf(name) } }
}

export const version: Provider = ({ properties, world }) => {
  const functionName = properties.string('FunctionName')
  properties.ignore('for people', 'Description', 'CodeSha256')
  properties.refuse('ProvisionedConcurrencyConfig', 'workers start when they are needed')
  const number = world.functions.publishVersion(functionName)
  const { arn } = world.functions.target(functionName, number)
  return { ref: arn, attributes: { Version: number, FunctionArn: arn } }
}

export const alias: Provider = ({ properties, world }) => {
  const functionName = properties.string('FunctionName')
  const name = properties.string('Name')
  properties.ignore('for people', 'Description')
  properties.refuse('RoutingConfig', 'an alias has one version here')
  properties.refuse('ProvisionedConcurrencyConfig', 'workers start when they are needed')
  world.functions.createAlias(functionName, name, properties.string('FunctionVersion'))
  const { arn } = world.functions.target(functionName, name)
  return { ref: arn, attributes: { AliasArn: arn } }
}

export const eventInvokeConfig: Provider = ({ logicalId, properties, world }) => {
  world.functions.target(properties.string('FunctionName'), properties.string('Qualifier'))
  const attempts = properties.optionalNumber('MaximumRetryAttempts') ?? 2
  if (attempts !== 0)
    properties.fail('MaximumRetryAttempts', `is ${attempts}: the local stack repeats no failed run`)
  properties.ignore('an event is handed over at once', 'MaximumEventAgeInSeconds')
  properties.refuse('DestinationConfig', 'nothing follows a run here')
  return { ref: logicalId }
}

export const permission: Provider = ({ logicalId, properties, world }) => {
  const action = properties.string('Action')
  if (action !== 'lambda:InvokeFunction')
    properties.fail('Action', `is ${action}: only lambda:InvokeFunction is known`)
  for (const unsupported of [
    'EventSourceToken',
    'FunctionUrlAuthType',
    'InvokedViaFunctionUrl',
    'PrincipalOrgID',
  ]) {
    properties.refuse(unsupported, 'it narrows the permission in a way that is not checked')
  }
  const sourceArn = properties.optionalString('SourceArn')
  const sourceAccount = properties.optionalString('SourceAccount')
  world.permissions.add({
    functionArn: world.functions.target(properties.string('FunctionName')).arn,
    principal: properties.string('Principal'),
    ...(sourceArn === undefined ? {} : { sourceArn }),
    ...(sourceAccount === undefined ? {} : { sourceAccount }),
  })
  return { ref: logicalId }
}

function codeFolder(code: Properties, world: World): string {
  for (const other of ['ZipFile', 'ImageUri']) code.refuse(other, 'code comes from an asset')
  code.ignore('all assets come from the cloud assembly', 'S3Bucket')
  const key = code.string('S3Key')
  return world.assetFolder(key) ?? code.fail('S3Key', `names ${key}, which is no asset of the cloud assembly`)
}

function logGroupOf(logging: Properties | undefined, functionName: string): string {
  logging?.ignore('lines are kept as they are written', 'LogFormat', 'ApplicationLogLevel', 'SystemLogLevel')
  return logging?.optionalString('LogGroup') ?? `/aws/lambda/${functionName}`
}
