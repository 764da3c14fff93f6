/** What the stack tests ask a template about its functions. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Synthesized } from './synthesize.ts'

/** The function of one folder under `functions/`. */
export function functionOf(deployment: Synthesized, folder: string) {
  const entry = Object.entries(deployment.resources('AWS::Lambda::Function')).find(
    ([, { Properties }]) => Properties.Environment?.Variables.POWERTOOLS_SERVICE_NAME === folder,
  )
  if (entry === undefined) throw new Error(`the template has no function ${folder}`)
  const [path, { Properties }] = entry
  return { path, Properties }
}

/** Folders of all functions, save the edge's. */
export function folders(deployment: Synthesized): string[] {
  return Object.values(deployment.resources('AWS::Lambda::Function'))
    .map(({ Properties }) => Properties.Environment?.Variables.POWERTOOLS_SERVICE_NAME)
    .filter((folder) => folder !== undefined)
    .sort()
}

/** All that a function's role may do, one line a right: `action on resource if condition`. */
export function rightsOf(deployment: Synthesized, folder: string): string[] {
  const role = String(deployment.readable(functionOf(deployment, folder).Properties.Role))
  const policies = Object.values(deployment.resources('AWS::IAM::Policy')).filter(({ Properties }) =>
    [Properties.Roles]
      .flat()
      .some((owner: unknown) => `${deployment.readable(owner)}` === role.replace('.Arn>', '>')),
  )
  const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
  return statements.flatMap((statement) => rightsIn(deployment, statement)).sort()
}

interface Statement {
  readonly Effect: string
  readonly Action: string | string[]
  readonly Resource: unknown
  readonly Condition?: unknown
}

function rightsIn(deployment: Synthesized, { Effect, Action, Resource, Condition }: Statement): string[] {
  if (Effect !== 'Allow') throw new Error(`a statement that does not allow: ${Effect}`)
  const condition = Condition === undefined ? '' : ` if ${JSON.stringify(Condition)}`
  return [Action]
    .flat()
    .flatMap((action) =>
      [Resource].flat().map((resource) => `${action} on ${deployment.readable(resource)}${condition}`),
    )
}

/** The environment of a function, less what every function has. */
export function variablesOf(deployment: Synthesized, folder: string): unknown {
  const { POWERTOOLS_LOG_LEVEL, POWERTOOLS_SERVICE_NAME, ...others } = functionOf(deployment, folder)
    .Properties.Environment.Variables
  return deployment.readable(others)
}

/** Every route with its method's properties, in order: `GET /health`, and the alias that it goes to. */
export function routesOf(deployment: Synthesized) {
  const resources = deployment.template.findResources('AWS::ApiGateway::Resource')
  const pathOf = (logicalId: string): string => {
    const { ParentId, PathPart } = resources[logicalId]?.Properties ?? {}
    return PathPart === undefined ? '' : `${pathOf(ParentId.Ref ?? '')}/${PathPart}`
  }
  return Object.values(deployment.resources('AWS::ApiGateway::Method'))
    .map(({ Properties }) => {
      const uri = String(deployment.readable(Properties.Integration.Uri))
      const alias = /functions\/<(.*)>\/invocations$/.exec(uri)?.[1]
      return { route: `${Properties.HttpMethod} ${pathOf(Properties.ResourceId.Ref)}`, alias, Properties }
    })
    .sort((left, right) => (left.route < right.route ? -1 : 1))
}

/** Folder of the asset that a function is deployed from. */
export function assetOf(deployment: Synthesized, folder: string): string {
  const { S3Key } = functionOf(deployment, folder).Properties.Code
  return join(deployment.outdir, `asset.${String(S3Key).replace('.zip', '')}`)
}

/** The configuration that the functions of a deployment find. */
export function configOf(deployment: Synthesized): Record<string, unknown> {
  return JSON.parse(readFileSync(join(assetOf(deployment, 'metadata'), 'config.json'), 'utf8'))
}

/** What the one distribution of a stack is told. */
export function distributionConfig(stack: Synthesized) {
  return Object.values(stack.resources('AWS::CloudFront::Distribution'))[0]?.Properties.DistributionConfig
}
