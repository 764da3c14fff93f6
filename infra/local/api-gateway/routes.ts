/** Finding the route of a request. */
import type { Route } from './types.ts'

export type RouteMatch = {
  readonly route: Route
  /** Decoded values by name; `null` where the path has no parameters, as the event shows it. */
  readonly pathParameters: Readonly<Record<string, string>> | null
}

type Node = {
  readonly literals: Map<string, Node>
  /** `{name}` takes one segment, `{name+}` all that remain. */
  readonly parameters: Map<string, Node>
  readonly greedy: Map<string, Node>
  readonly methods: Map<string, Route>
}

export class RouteTree {
  readonly #root = createNode()

  constructor(routes: readonly Route[]) {
    for (const route of routes) this.#add(route)
  }

  /**
   * The route for a method and a path below the stage, or `undefined`.
   *
   * A literal segment is preferred to a parameter, a parameter to a greedy one; the best resource alone
   * decides, so that a method it lacks is not looked for elsewhere. A slash at the end makes no difference.
   *
   * @throws URIError when a segment is no valid percent-encoding.
   */
  match(httpMethod: string, path: string): RouteMatch | undefined {
    const segments = path.replace(/\/$/, '').split('/').slice(1).map(decodeURIComponent)
    const found = search(this.#root, segments)
    const route = found?.node.methods.get(httpMethod) ?? found?.node.methods.get('ANY')
    if (!found || !route) return undefined
    const names = Object.keys(found.parameters)
    return {
      route,
      pathParameters: names.length > 0 ? found.parameters : null,
    }
  }

  #add(route: Route): void {
    let node = this.#root
    for (const segment of route.resourcePath.split('/').filter(Boolean)) {
      const [, name, plus] = /^\{([^}+]+)(\+?)\}$/.exec(segment) ?? []
      const children = name === undefined ? node.literals : plus === '' ? node.parameters : node.greedy
      const key = name ?? segment
      const child = children.get(key) ?? createNode()
      children.set(key, child)
      node = child
    }
    node.methods.set(route.method.httpMethod, route)
  }
}

type Found = {
  readonly node: Node
  readonly parameters: Readonly<Record<string, string>>
}

function search(node: Node, segments: readonly string[]): Found | undefined {
  const [segment, ...rest] = segments
  if (segment === undefined) return node.methods.size > 0 ? { node, parameters: {} } : undefined
  const literal = node.literals.get(segment)
  const byLiteral = literal && search(literal, rest)
  if (byLiteral) return byLiteral
  for (const [name, child] of node.parameters) {
    const found = segment === '' ? undefined : search(child, rest)
    if (found)
      return {
        node: found.node,
        parameters: { [name]: segment, ...found.parameters },
      }
  }
  for (const [name, child] of node.greedy) return { node: child, parameters: { [name]: segments.join('/') } }
  return undefined
}

function createNode(): Node {
  return {
    literals: new Map(),
    parameters: new Map(),
    greedy: new Map(),
    methods: new Map(),
  }
}
