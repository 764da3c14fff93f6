/**
 * Custom resources, as CloudFormation drives them.
 *
 * A function is told Create once, Update when the properties have changed since, and Delete for a physical
 * resource that an Update replaced. It answers with a PUT to a URL that only it was told.
 */
import { randomUUID } from 'node:crypto'
import { LocalStackError } from '../errors.ts'
import { readJsonFile, writeFileAtomically } from '../files.ts'
import { canonicalJson, isObject, type Json, type JsonObject, parseJson } from '../json.ts'
import type { Functions } from '../lambda/functions.ts'
import type { Physical } from '../template/scope.ts'

type Stored = {
  readonly physicalId: string
  readonly properties: JsonObject
  readonly data: Readonly<Record<string, Json>>
}

export type CustomResource = {
  readonly logicalId: string
  readonly type: string
  /** The function's ARN. */
  readonly serviceToken: string
  readonly properties: JsonObject
  /** How long CloudFormation waits for the answer. */
  readonly timeoutSeconds: number
}

const callbackPrefix = '/cloudformation-response/'

/** CloudFormation turns all leaves of the properties into text. */
function stringified(value: Json): Json {
  if (Array.isArray(value)) return value.map(stringified)
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, stringified(item)]))
  return String(value)
}

export class CustomResources {
  readonly #file: string
  readonly #functions: Functions
  readonly #endpoint: string
  readonly #stackId: string
  readonly #stored: Map<string, Stored>
  readonly #log: (line: string) => void
  readonly #waiting = new Map<string, (answer: JsonObject) => void>()

  /** @param endpoint the URL of the server that hands PUTs to `receive` */
  constructor(
    file: string,
    functions: Functions,
    endpoint: string,
    stackId: string,
    log: (line: string) => void,
  ) {
    this.#file = file
    this.#functions = functions
    this.#endpoint = endpoint
    this.#stackId = stackId
    this.#log = log
    this.#stored = new Map(Object.entries((readJsonFile(file) ?? {}) as Record<string, Stored>))
  }

  /**
   * Brings the resource up to date.
   *
   * @throws LocalStackError with the function's Reason when it says FAILED, and when it does not answer.
   */
  async ensure(resource: CustomResource): Promise<Physical> {
    const before = this.#stored.get(resource.logicalId)
    const properties = stringified(resource.properties) as JsonObject
    if (before && canonicalJson(before.properties) === canonicalJson(properties)) return physical(before)
    const answer = await this.#request(resource, before ? 'Update' : 'Create', {
      ResourceProperties: properties,
      ...(before ? { OldResourceProperties: before.properties, PhysicalResourceId: before.physicalId } : {}),
    })
    const stored = {
      physicalId: String(answer.PhysicalResourceId),
      properties,
      data: isObject(answer.Data) ? answer.Data : {},
    }
    this.#stored.set(resource.logicalId, stored)
    writeFileAtomically(this.#file, `${JSON.stringify(Object.fromEntries(this.#stored), null, 2)}\n`)
    if (before && before.physicalId !== stored.physicalId) {
      const replaced = { ResourceProperties: before.properties, PhysicalResourceId: before.physicalId }
      await this.#request(resource, 'Delete', replaced)
    }
    return physical(stored)
  }

  /** Takes a PUT to a response URL; false when it is none. */
  receive(path: string, body: Buffer): boolean {
    const answer = this.#waiting.get(path.slice(callbackPrefix.length))
    const message = parseJson(body.toString('utf8'))
    if (!answer || !isObject(message)) return false
    answer(message)
    return true
  }

  async #request(resource: CustomResource, requestType: string, details: JsonObject): Promise<JsonObject> {
    this.#log(`custom resource ${resource.type}: ${requestType}`)
    const token = randomUUID()
    const { promise, resolve } = Promise.withResolvers<JsonObject | undefined>()
    this.#waiting.set(token, resolve)
    const timer = setTimeout(() => resolve(undefined), resource.timeoutSeconds * 1000)
    try {
      const event = {
        RequestType: requestType,
        RequestId: randomUUID(),
        StackId: this.#stackId,
        ResponseURL: `${this.#endpoint}${callbackPrefix}${token}`,
        ResourceType: resource.type,
        LogicalResourceId: resource.logicalId,
        ServiceToken: resource.serviceToken,
        ...details,
      }
      const result = await this.#functions.invoke(
        this.#functions.target(resource.serviceToken),
        JSON.stringify(event),
      )
      if (result.kind === 'failed') throw failure(resource, result.error.errorMessage)
      // The function has ended: an answer that is not on its way by now will never come.
      setTimeout(() => resolve(undefined), 1000).unref()
      const answer = await promise
      if (!answer) throw failure(resource, `the function did not answer ${requestType}`)
      if (answer.Status !== 'SUCCESS') throw failure(resource, String(answer.Reason ?? 'no reason given'))
      return answer
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(token)
    }
  }
}

function physical({ physicalId, data }: Stored): Physical {
  return { ref: physicalId, attributes: data }
}

function failure({ logicalId }: CustomResource, reason: string): LocalStackError {
  return new LocalStackError(`${logicalId}: the custom resource failed: ${reason}`)
}
