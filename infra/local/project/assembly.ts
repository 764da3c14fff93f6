/** A synthesized cloud assembly: its one stack's template and the folders of its assets. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { LocalStackError } from '../errors.ts'
import { isObject, type JsonObject, parseJson } from '../json.ts'
import type { Template } from '../template/types.ts'

export type Assembly = {
  readonly stackName: string
  readonly template: Template
  /** What the synthesis warned of, each in one line. */
  readonly warnings: readonly string[]
  /** The unpacked folder behind an S3 key of the template. */
  readonly assetFolder: (s3Key: string) => string | undefined
}

/** @throws LocalStackError when the folder is no assembly of exactly one stack. */
export function readAssembly(folder: string): Assembly {
  const { artifacts } = readObject(join(folder, 'manifest.json'))
  const all = Object.entries(isObject(artifacts) ? artifacts : {}).filter(([, artifact]) =>
    isObject(artifact),
  )
  const ofType = (type: string) => all.filter(([, artifact]) => isObject(artifact) && artifact.type === type)
  const [stack, ...others] = ofType('aws:cloudformation:stack')
  if (!stack || others.length > 0) {
    const names = [stack, ...others].map((entry) => entry?.[0]).join(', ')
    throw new LocalStackError(`${folder}: the local stack runs one stack, not these: ${names || 'none'}`)
  }
  const [name, artifact] = stack
  const template = readObject(join(folder, propertyOf(artifact, 'templateFile')))
  if (!isObject(template.Resources)) throw new LocalStackError(`${name}: the template has no Resources`)
  const assets = new Map(
    ofType('cdk:asset-manifest').flatMap(([, entry]) => assetsIn(folder, propertyOf(entry, 'file'))),
  )
  return {
    stackName:
      isObject(artifact) && isObject(artifact.properties)
        ? String(artifact.properties.stackName ?? name)
        : name,
    template: template as unknown as Template,
    warnings: warningsIn(folder, artifact),
    assetFolder: (s3Key) => assets.get(s3Key),
  }
}

/** Annotations of the stack's constructs; without the name by which the CDK's command line acknowledges them. */
function warningsIn(folder: string, artifact: unknown): string[] {
  const file = isObject(artifact) ? artifact.additionalMetadataFile : undefined
  const entries = file === undefined ? [] : Object.values(readObject(join(folder, String(file)))).flat()
  return entries.flatMap((entry) =>
    isObject(entry) && entry.type === 'aws:cdk:warning'
      ? [String(entry.data).replace(/ \[ack: [^\]]*\]$/, '')]
      : [],
  )
}

function assetsIn(folder: string, manifest: string): [string, string][] {
  const { files } = readObject(join(folder, manifest))
  return Object.values(isObject(files) ? files : {}).flatMap((file) => {
    if (!isObject(file) || !isObject(file.source) || !isObject(file.destinations)) return []
    const path = join(folder, String(file.source.path))
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return []
    const keys = Object.values(file.destinations).map((destination) =>
      isObject(destination) ? String(destination.objectKey) : '',
    )
    return keys.map((key): [string, string] => [key, path])
  })
}

function propertyOf(artifact: unknown, name: string): string {
  const properties = isObject(artifact) && isObject(artifact.properties) ? artifact.properties : {}
  return String(properties[name] ?? '')
}

function readObject(file: string): JsonObject {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    throw new LocalStackError(`there is no ${file}: the folder holds no cloud assembly`)
  }
  const value = parseJson(text)
  if (!isObject(value)) throw new LocalStackError(`${file} holds no JSON object`)
  return value
}
