/** Synthesizes real deployments for the stack tests. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CfnElement, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { afterAll } from 'vitest'
import { bundleFunctions } from '../../infra/build/bundle.ts'
import { defineApp } from '../../infra/define-app.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** The bundles that every synthesis below packs. */
await bundleFunctions()

export const account = '111111111111'

/** Put in front of a preset, it gives the deployment an edge. */
export const edgeYaml = `
edge:
  domain: auth.example.com
  certificateArn: arn:aws:acm:us-east-1:${account}:certificate/00000000-0000-0000-0000-000000000000
`

export interface Request {
  readonly preset?: string
  /** YAML sections that the preset does not have. */
  readonly add?: string
  /** What else is different from the preset. */
  readonly change?: (yaml: string) => string
  readonly region?: string
  readonly context?: Readonly<Record<string, unknown>>
}

export class Synthesized {
  readonly template: Template
  /** Where CDK put templates and assets. */
  readonly outdir: string
  readonly #paths: ReadonlyMap<string, string>

  constructor(stack: Stack, outdir: string) {
    this.outdir = outdir
    this.template = Template.fromJSON(
      JSON.parse(readFileSync(join(outdir, `${stack.stackName}.template.json`), 'utf8')),
    )
    this.#paths = new Map(
      stack.node
        .findAll()
        .filter((node) => CfnElement.isCfnElement(node))
        .map((element) => [resolveLogicalId(stack, element), pathOf(stack, element)]),
    )
  }

  /** Path of a resource's construct, such as `Tables/Clients`: what a reader of the code knows it by. */
  path(logicalId: string): string {
    return this.#paths.get(logicalId) ?? logicalId
  }

  /** Resources of one type, by construct path. */
  resources(type: string): Record<string, ReturnType<Template['findResources']>[string]> {
    const found = Object.entries(this.template.findResources(type))
    return Object.fromEntries(found.map(([logicalId, resource]) => [this.path(logicalId), resource]))
  }

  /** A value with references by construct path: `{Ref: 'Tables/Clients'}`, `'Tables/Clients.Arn'`, joined texts. */
  readable(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.readable(item))
    if (typeof value !== 'object' || value === null) return value
    if ('Ref' in value) return `<${this.path(String(value.Ref))}>`
    if ('Fn::GetAtt' in value && Array.isArray(value['Fn::GetAtt'])) {
      const [logicalId, attribute] = value['Fn::GetAtt']
      return `<${this.path(logicalId)}.${attribute}>`
    }
    if ('Fn::Join' in value && Array.isArray(value['Fn::Join'])) {
      const [separator, parts] = value['Fn::Join']
      return parts.map((part: unknown) => this.readable(part)).join(separator)
    }
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.readable(item)]))
  }
}

/** All stacks of a deployment by name. To be called once a file: a synthesis takes seconds. */
export function synthesizeAll(request: Request = {}): Record<string, Synthesized> {
  const outdir = temporaryFolder()
  const app = defineApp(
    { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: request.region ?? 'us-east-1' },
    { outdir, context: { config: configFile(outdir, request), ...request.context } },
  )
  app.synth()
  const stacks = app.node.children.filter((child) => Stack.isStack(child))
  return Object.fromEntries(stacks.map((stack) => [stack.stackName, new Synthesized(stack, outdir)]))
}

/** The main stack of a deployment, which is the first. */
export function synthesize(request: Request = {}): Synthesized {
  const stacks = synthesizeAll(request)
  return stackNamed(Object.keys(stacks)[0] ?? '', stacks)
}

export function stackNamed(name: string, stacks: Readonly<Record<string, Synthesized>>): Synthesized {
  const stack = stacks[name]
  if (stack === undefined)
    throw new Error(`the app has no stack ${name}, only ${Object.keys(stacks).join(', ')}`)
  return stack
}

/** A folder that goes when the test file is done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'scrip-stack-'))
  folders.push(folder)
  return folder
}

function configFile(
  folder: string,
  { preset = 'default', add = '', change = (yaml) => yaml }: Request,
): string {
  const file = join(folder, 'config.yaml')
  writeFileSync(file, change(readFileSync(`infra/presets/${preset}.yaml`, 'utf8')) + add)
  return file
}

function resolveLogicalId(stack: Stack, element: CfnElement): string {
  return String(stack.resolve(element.logicalId))
}

/** Without the stack's own name, and without CDK's word for the one resource inside a construct. */
function pathOf(stack: Stack, element: CfnElement): string {
  return element.node.path.slice(stack.node.path.length + 1).replace(/\/Resource$/, '')
}
