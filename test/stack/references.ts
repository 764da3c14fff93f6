/** The graph of a template: which resource needs which. */
import type { Template } from 'aws-cdk-lib/assertions'

type Graph = ReadonlyMap<string, readonly string[]>

/**
 * A cycle among a template's resources, as the logical ids along it; undefined when there is none.
 * CloudFormation refuses a template that has one, but only when it is deployed.
 */
export function findCycle(template: ReturnType<Template['toJSON']>): string[] | undefined {
  const graph = referenceGraph(template)
  const done = new Set<string>()
  for (const start of graph.keys()) {
    const cycle = walk(graph, start, [], done)
    if (cycle) return cycle
  }
  return undefined
}

function walk(graph: Graph, id: string, trail: readonly string[], done: Set<string>): string[] | undefined {
  if (trail.includes(id)) return [...trail.slice(trail.indexOf(id)), id]
  if (done.has(id)) return undefined
  for (const next of graph.get(id) ?? []) {
    const cycle = walk(graph, next, [...trail, id], done)
    if (cycle) return cycle
  }
  done.add(id)
  return undefined
}

function referenceGraph({ Resources }: ReturnType<Template['toJSON']>): Graph {
  const ids = Object.keys(Resources)
  return new Map(
    Object.entries(Resources).map(([id, resource]) => [
      id,
      [...new Set(references(resource))].filter((target) => ids.includes(target)),
    ]),
  )
}

/** Every logical id that a value names, by Ref, Fn::GetAtt, Fn::Sub or DependsOn. */
function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => {
    if (key === 'Ref') return [String(item)]
    if (key === 'Fn::GetAtt') return [String(Array.isArray(item) ? item[0] : item).split('.')[0] ?? '']
    if (key === 'Fn::Sub')
      return [...String([item].flat()[0]).matchAll(/\$\{([^!.}]+)/g)].map(([, id]) => id ?? '')
    if (key === 'DependsOn') return [item].flat().map(String)
    return references(item)
  })
}
