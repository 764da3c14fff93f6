/** The functions of the stack, with their versions and aliases. */
import { join } from 'node:path'
import type { CredentialStore } from '../aws/credentials.ts'
import { AwsError } from '../aws/errors.ts'
import { arn } from '../identity.ts'
import { FunctionLog } from './log.ts'
import { FunctionPool } from './pool.ts'
import { type FunctionDefinition, type InvocationResult, payloadLimitBytes } from './types.ts'
import { FunctionWorker } from './worker.ts'

type Registered = {
  readonly pool: FunctionPool
  readonly log: FunctionLog
  /** Alias or version number → version number. */
  readonly qualifiers: Map<string, string>
}

/** A function as a caller named it. */
export type InvocationTarget = {
  readonly pool: FunctionPool
  /** With the qualifier, where one was given: the resource that permissions are asked about. */
  readonly arn: string
  readonly version: string
}

export class Functions {
  readonly #byName = new Map<string, Registered>()
  readonly #credentials: CredentialStore
  readonly #logFolder: string
  readonly #endpoint: string
  readonly #report: (line: string) => void

  constructor(
    credentials: CredentialStore,
    logFolder: string,
    endpoint: string,
    report: (line: string) => void,
  ) {
    this.#credentials = credentials
    this.#logFolder = logFolder
    this.#endpoint = endpoint
    this.#report = report
  }

  create(definition: FunctionDefinition): void {
    const log = new FunctionLog(
      definition.name,
      join(this.#logFolder, `${definition.name}.log`),
      this.#report,
    )
    const startWorker = () => new FunctionWorker(definition, this.#credentials, this.#endpoint, log)
    this.#byName.set(definition.name, {
      pool: new FunctionPool(definition, startWorker),
      log,
      qualifiers: new Map(),
    })
  }

  /** Publishes the function as its version 1; every start does so anew. */
  publishVersion(functionNameOrArn: string): string {
    this.#registered(functionNameOrArn).qualifiers.set('1', '1')
    return '1'
  }

  createAlias(functionNameOrArn: string, alias: string, version: string): void {
    const { qualifiers } = this.#registered(functionNameOrArn)
    if (version !== '$LATEST' && !qualifiers.has(version)) throw notFound(`${functionNameOrArn}:${version}`)
    qualifiers.set(alias, version)
  }

  /** The definition behind a name or ARN, with or without qualifier. */
  definition(functionNameOrArn: string): FunctionDefinition {
    return this.#registered(functionNameOrArn).pool.definition
  }

  /**
   * What a caller means by a name, a partial or a whole ARN, and a qualifier.
   *
   * @throws AwsError ResourceNotFoundException for an unknown function, version or alias.
   */
  target(functionNameOrArn: string, qualifierParameter?: string): InvocationTarget {
    const { name, qualifier = qualifierParameter } = parseName(functionNameOrArn)
    const registered = this.#byName.get(name)
    const functionArn = functionArnOf(name)
    if (qualifier === undefined || qualifier === '$LATEST') {
      if (!registered) throw notFound(functionArn)
      return { pool: registered.pool, arn: functionArn, version: '$LATEST' }
    }
    const version = registered?.qualifiers.get(qualifier)
    if (!registered || version === undefined) throw notFound(`${functionArn}:${qualifier}`)
    return {
      pool: registered.pool,
      arn: `${functionArn}:${qualifier}`,
      version,
    }
  }

  /**
   * Invokes and waits for the result.
   *
   * @param event JSON text
   * @throws AwsError RequestTooLargeException, TooManyRequestsException
   */
  invoke(target: InvocationTarget, event: string): Promise<InvocationResult> {
    requirePayloadSize(event)
    return target.pool.invoke({
      event,
      invokedArn: target.arn,
      version: target.version,
    })
  }

  /** The last lines that a function wrote; empty for a function that does not exist. */
  logs(functionName: string): readonly string[] {
    return this.#byName.get(functionName)?.log.lines() ?? []
  }

  names(): readonly string[] {
    return [...this.#byName.keys()]
  }

  async close(): Promise<void> {
    await Promise.all(
      [...this.#byName.values()].map(async ({ pool, log }) => {
        await pool.close()
        await log.close()
      }),
    )
  }

  #registered(functionNameOrArn: string): Registered {
    const { name } = parseName(functionNameOrArn)
    const registered = this.#byName.get(name)
    if (!registered) throw notFound(functionArnOf(name))
    return registered
  }
}

/** @throws AwsError RequestTooLargeException */
export function requirePayloadSize(event: string): void {
  const bytes = Buffer.byteLength(event)
  if (bytes <= payloadLimitBytes) return
  const message = `${bytes} byte payload is too large for the RequestResponse invocation type (limit ${payloadLimitBytes} bytes)`
  throw new AwsError('RequestTooLargeException', message, 413)
}

export function functionArnOf(name: string): string {
  return arn('lambda', `function:${name}`)
}

/** Takes `name`, `name:qualifier`, `account:function:name` and `arn:…:function:name[:qualifier]`. */
function parseName(text: string): {
  readonly name: string
  readonly qualifier?: string
} {
  const [, rest = text] = /^(?:arn:aws:lambda:[^:]*:)?(?:\d{12}:)?function:(.*)$/.exec(text) ?? []
  const [name = '', qualifier] = rest.split(':')
  return qualifier === undefined ? { name } : { name, qualifier }
}

function notFound(functionArn: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Function not found: ${functionArn}`, 404)
}
