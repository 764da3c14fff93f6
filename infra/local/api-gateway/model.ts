/** A REST API while the template is being created: resources, methods and gateway responses come one by one. */
import { LocalStackError } from '../errors.ts'
import { region, stableId, urlSuffix } from '../identity.ts'
import type {
  ApiKeySource,
  ApiResource,
  Authorizer,
  Deployment,
  GatewayResponseDefinition,
  Method,
  Route,
  Stage,
} from './types.ts'

export class RestApiModel {
  readonly id: string
  readonly rootResourceId: string
  readonly binaryMediaTypes: readonly string[]
  readonly apiKeySource: ApiKeySource
  readonly authorizers = new Map<string, Authorizer>()
  readonly #resources = new Map<string, ApiResource>()
  readonly #methods = new Map<string, Method>()
  readonly #gatewayResponses = new Map<string, GatewayResponseDefinition>()
  readonly #deployments = new Map<string, Deployment>()
  readonly stages = new Map<string, Stage>()

  constructor(seed: string, binaryMediaTypes: readonly string[], apiKeySource: ApiKeySource) {
    this.id = stableId(seed, 10)
    this.rootResourceId = stableId(`${seed}/root`, 10)
    this.binaryMediaTypes = binaryMediaTypes
    this.apiKeySource = apiKeySource
  }

  /** The name under which AWS would serve the API. */
  get domainName(): string {
    return `${this.id}.execute-api.${region}.${urlSuffix}`
  }

  addResource(resource: ApiResource): void {
    this.#resources.set(resource.id, resource)
  }

  /** @param logicalId by which a deployment says that it includes the method */
  addMethod(logicalId: string, method: Method): void {
    this.#methods.set(logicalId, method)
  }

  addGatewayResponse(logicalId: string, response: GatewayResponseDefinition): void {
    this.#gatewayResponses.set(logicalId, response)
  }

  /**
   * Freezes the API as a deployment.
   *
   * Only what the deployment depends on is sure to exist when CloudFormation creates it; a method that it
   * does not depend on may be missing from the stage, so here it always is.
   */
  deploy(id: string, dependencies: ReadonlySet<string>): void {
    const routes = [...this.#methods]
      .filter(([logicalId]) => dependencies.has(logicalId))
      .map(
        ([, method]): Route => ({
          method,
          resourceId: method.resourceId,
          resourcePath: this.#pathOf(method.resourceId),
        }),
      )
    const responses = [...this.#gatewayResponses].filter(([logicalId]) => dependencies.has(logicalId))
    const gatewayResponses = new Map(responses.map(([, response]) => [response.responseType, response]))
    this.#deployments.set(id, { id, routes, gatewayResponses })
  }

  deployment(id: string): Deployment {
    const found = this.#deployments.get(id)
    if (!found) throw new LocalStackError(`API ${this.id} has no deployment ${id}`)
    return found
  }

  /** Method and path of every route of every stage, as `POST /oauth/token`. */
  routes(): readonly string[] {
    const routes = [...this.stages.values()].flatMap(({ deployment }) => deployment.routes)
    return routes.map(({ method, resourcePath }) => `${method.httpMethod} ${resourcePath}`)
  }

  #pathOf(resourceId: string): string {
    if (resourceId === this.rootResourceId) return '/'
    const resource = this.#resources.get(resourceId)
    if (!resource) throw new LocalStackError(`API ${this.id} has no resource ${resourceId}`)
    const parent = this.#pathOf(resource.parentId)
    return `${parent === '/' ? '' : parent}/${resource.pathPart}`
  }
}
