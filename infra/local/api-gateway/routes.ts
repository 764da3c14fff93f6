/** Finding the route of a request. */
import { LocalStackError } from '../errors.ts'
import type { Route } from './types.ts'

export type RouteMatch = {
  readonly route: Route
  /** Decoded values by name; `null` where the path has no parameters, as the event shows it. */
  readonly pathParameters: Readonly<Record<string, string>> | null
}

type Node = {
  readonly literals: Map<string, Node>
  variable?: Variable
  readonly methods: Map<string, Route>
}

/** `{name}` takes one segment, `{name+}` all that remain. */
type Variable = {
  readonly text: string
  readonly name: string
  readonly isGreedy: boolean
  readonly node: Node
}

export class RouteTree {
  readonly #root = createNode()

  /** @throws LocalStackError for a second variable at one place, which API Gateway does not take. */
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
      node = name === undefined ? literalOf(node, segment) : variableOf(node, segment, name, plus === '+')
    }
    node.methods.set(route.method.httpMethod, route)
  }
}

function literalOf(node: Node, text: string): Node {
  const child = node.literals.get(text) ?? createNode()
  node.literals.set(text, child)
  return child
}

function variableOf(node: Node, text: string, name: string, isGreedy: boolean): Node {
  node.variable ??= { text, name, isGreedy, node: createNode() }
  if (node.variable.text !== text)
    throw new LocalStackError(
      `API Gateway takes one variable at a place of its paths, not ${node.variable.text} and ${text}`,
    )
  return node.variable.node
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
  if (!node.variable) return undefined
  const { name, isGreedy, node: child } = node.variable
  if (isGreedy) return { node: child, parameters: { [name]: segments.join('/') } }
  const found = segment === '' ? undefined : search(child, rest)
  return found && { node: found.node, parameters: { [name]: segment, ...found.parameters } }
}

function createNode(): Node {
  return {
    literals: new Map(),
    methods: new Map(),
  }
}
