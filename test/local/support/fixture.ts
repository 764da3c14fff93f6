/**
 * Small stacks for tests: a cloud assembly written by hand, with functions given as source text.
 *
 * Each function `Name` has a role of its own, an alias `live`, and the route `/Name` of one REST API.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Json, JsonObject } from '../../../infra/local/json.ts'
import { type LocalStack, type LocalStackOptions, startLocalStack } from '../../../infra/local/stack.ts'
import type { Resource } from '../../../infra/local/template/types.ts'

export type FixtureFunction = {
  /** Module text; exports `handler`. */
  readonly source: string
  /** IAM statements of the role. */
  readonly statements?: readonly Json[]
  /** Properties of the function that differ from the usual. */
  readonly properties?: JsonObject
  /** Of the integration. */
  readonly timeoutMilliseconds?: number
  /** Properties of the method that differ from the usual. */
  readonly method?: JsonObject
}

export type Fixture = {
  readonly functions: Readonly<Record<string, FixtureFunction>>
  readonly resources?: Readonly<Record<string, Resource>>
  /** Properties of the API beside its name. */
  readonly api?: JsonObject
  readonly methodSettings?: readonly Json[]
  readonly gatewayResponses?: Readonly<Record<string, JsonObject>>
}

type Resources = Record<string, Resource>

/** A module URL for an npm package, which a function's own folder could not find. */
export function packageUrl(name: string): string {
  return import.meta.resolve(name)
}

/** Writes the assembly; gives its folder. */
export function writeAssembly(folder: string, fixture: Fixture): string {
  mkdirSync(folder, { recursive: true })
  const files: Record<string, JsonObject> = {}
  for (const [name, { source }] of Object.entries(fixture.functions)) {
    mkdirSync(join(folder, `asset.${name}`), { recursive: true })
    writeFileSync(join(folder, `asset.${name}`, 'index.mjs'), source)
    files[name] = {
      source: { path: `asset.${name}`, packaging: 'zip' },
      destinations: { here: { bucketName: 'assets', objectKey: `${name}.zip` } },
    }
  }
  const write = (file: string, value: Json) => writeFileSync(join(folder, file), JSON.stringify(value))
  write('Fixture.assets.json', { version: '1', files })
  write('Fixture.template.json', { Resources: templateResources(fixture) } as unknown as Json)
  write('manifest.json', {
    artifacts: {
      'Fixture.assets': { type: 'cdk:asset-manifest', properties: { file: 'Fixture.assets.json' } },
      Fixture: { type: 'aws:cloudformation:stack', properties: { templateFile: 'Fixture.template.json' } },
    },
  })
  return folder
}

export type RunningFixture = LocalStack & {
  /** All lines that the stack told. */
  readonly lines: readonly string[]
  readonly folder: string
  /** URL of a function's route. */
  route(name: string): string
  /** Ends the stack and deletes its folder. */
  remove(): Promise<void>
}

/** Starts a stack in a folder that goes with it, or in a given one that stays. */
export async function startFixture(
  fixture: Fixture,
  options: Partial<LocalStackOptions> & { readonly folder?: string } = {},
): Promise<RunningFixture> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'local-stack-'))
  const lines: string[] = []
  const stack = await startLocalStack({
    port: 0,
    config: 'none.yaml',
    edge: false,
    demoData: false,
    dataDir: join(folder, 'data'),
    assembly: writeAssembly(join(folder, 'assembly'), fixture),
    log: (line) => lines.push(line),
    ...options,
  })
  return {
    ...stack,
    lines,
    folder,
    route: (name) => `${stack.url}/prod/${name}`,
    remove: async () => {
      await stack.close()
      if (options.folder === undefined) rmSync(folder, { recursive: true })
    },
  }
}

function templateResources({
  functions,
  resources = {},
  api: apiProperties = {},
  methodSettings = [],
  gatewayResponses = {},
}: Fixture): Resources {
  const api: Resources = {
    Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'api', ...apiProperties } },
  }
  for (const [name, definition] of Object.entries(functions))
    Object.assign(api, functionResources(name, definition))
  for (const [responseType, properties] of Object.entries(gatewayResponses)) {
    const Properties = { RestApiId: { Ref: 'Api' }, ResponseType: responseType, ...properties }
    api[`Response${responseType}`] = { Type: 'AWS::ApiGateway::GatewayResponse', Properties }
  }
  const deployed = Object.keys(api).filter((name) => /^(Method|Response)/.test(name))
  return {
    ...api,
    Deployment: {
      Type: 'AWS::ApiGateway::Deployment',
      Properties: { RestApiId: { Ref: 'Api' } },
      DependsOn: deployed,
    },
    Stage: {
      Type: 'AWS::ApiGateway::Stage',
      Properties: {
        RestApiId: { Ref: 'Api' },
        DeploymentId: { Ref: 'Deployment' },
        StageName: 'prod',
        MethodSettings: methodSettings,
      },
    },
    ...resources,
  }
}

function functionResources(name: string, definition: FixtureFunction): Resources {
  const { statements = [], properties = {}, timeoutMilliseconds = 29_000, method: own = {} } = definition
  const trust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }
  const document = (Statement: readonly Json[]): Json => ({ Version: '2012-10-17', Statement })
  const method: JsonObject = {
    RestApiId: { Ref: 'Api' },
    ResourceId: { Ref: `Resource${name}` },
    HttpMethod: 'ANY',
    AuthorizationType: 'NONE',
    Integration: {
      Type: 'AWS_PROXY',
      IntegrationHttpMethod: 'POST',
      TimeoutInMillis: timeoutMilliseconds,
      Uri: invocationUri(name),
    },
    ...own,
  }
  const source = ['arn:aws:execute-api:us-east-1:000000000000:', { Ref: 'Api' }, `/prod/*/${name}`]
  const of = (Type: string, Properties: JsonObject): Resource => ({ Type, Properties })
  return {
    [`Role${name}`]: of('AWS::IAM::Role', {
      AssumeRolePolicyDocument: document([trust]),
      ...(statements.length > 0 && {
        Policies: [{ PolicyName: 'own', PolicyDocument: document(statements) }],
      }),
    }),
    [`Function${name}`]: of('AWS::Lambda::Function', {
      FunctionName: name,
      Code: { S3Bucket: 'assets', S3Key: `${name}.zip` },
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Role: { 'Fn::GetAtt': [`Role${name}`, 'Arn'] },
      Timeout: 5,
      ...properties,
    }),
    [`Version${name}`]: of('AWS::Lambda::Version', { FunctionName: { Ref: `Function${name}` } }),
    [`Alias${name}`]: of('AWS::Lambda::Alias', {
      FunctionName: { Ref: `Function${name}` },
      FunctionVersion: { 'Fn::GetAtt': [`Version${name}`, 'Version'] },
      Name: 'live',
    }),
    [`Permission${name}`]: of('AWS::Lambda::Permission', {
      Action: 'lambda:InvokeFunction',
      FunctionName: { Ref: `Alias${name}` },
      Principal: 'apigateway.amazonaws.com',
      SourceArn: { 'Fn::Join': ['', source] },
    }),
    [`Resource${name}`]: of('AWS::ApiGateway::Resource', {
      RestApiId: { Ref: 'Api' },
      ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
      PathPart: name,
    }),
    [`Method${name}`]: of('AWS::ApiGateway::Method', method),
  }
}

function invocationUri(functionName: string): JsonObject {
  const invocation = 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/'
  return { 'Fn::Join': ['', [invocation, { Ref: `Alias${functionName}` }, '/invocations']] }
}

/** An authorizer `Authorizer<name>` that asks a function of the fixture, which its permission lets it. */
export function authorizerResources(name: string, properties: JsonObject = {}): Resources {
  const id = { Ref: `Authorizer${name}` }
  const source = ['arn:aws:execute-api:us-east-1:000000000000:', { Ref: 'Api' }, '/authorizers/', id]
  return {
    [`Authorizer${name}`]: {
      Type: 'AWS::ApiGateway::Authorizer',
      Properties: {
        RestApiId: { Ref: 'Api' },
        Name: name,
        Type: 'REQUEST',
        AuthorizerResultTtlInSeconds: 0,
        AuthorizerUri: invocationUri(name),
        ...properties,
      },
    },
    [`AuthorizerPermission${name}`]: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: { Ref: `Alias${name}` },
        Principal: 'apigateway.amazonaws.com',
        SourceArn: { 'Fn::Join': ['', source] },
      },
    },
  }
}

/** Method properties that put a fixture's authorizer before a route. */
export function behind(name: string): JsonObject {
  return { AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: `Authorizer${name}` } }
}

/** Status and whole body of a request. */
export async function ask(url: string, init: RequestInit = {}): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, init)
  const text = await response.text()
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text }
}

/** A module whose handler answers with JSON that an expression over `event` and `context` gives. */
export function answering(expression: string, imports = ''): string {
  return `${imports}
export const handler = async (event, context) => ({ statusCode: 200, body: JSON.stringify(await (${expression})) })`
}
