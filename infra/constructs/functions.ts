/** Makes the functions of the catalogue, and gives each its rights. */
import { Construct } from 'constructs'
import type { Config } from '../../shared/config/types.ts'
import { type FunctionDefinition, functionCatalogue, type Right } from './function-catalogue.ts'
import type { KeySecrets } from './key-secrets.ts'
import { pascalCase } from './names.ts'
import { ScripFunction } from './scrip-function.ts'
import type { Tables } from './tables.ts'
import type { UpstreamSecrets } from './upstream-secrets.ts'
import { sharedKeyBase } from './usage-plans.ts'

export interface FunctionsProps {
  readonly config: Config
  readonly tables: Tables
  readonly secrets: KeySecrets
  readonly upstreamSecrets: UpstreamSecrets
  /** Where the edge's secret is; nothing without an edge. */
  readonly originSecretArn?: string
}

export class Functions extends Construct {
  readonly definitions: readonly FunctionDefinition[]
  readonly #functions: ReadonlyMap<string, ScripFunction>

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id)
    this.definitions = functionCatalogue(props.config)
    this.#functions = new Map(
      this.definitions.map(({ folder, timeoutSeconds, memoryMegabytes, audits = false }) => [
        folder,
        new ScripFunction(this, pascalCase(folder), {
          folder,
          timeoutSeconds,
          memoryMegabytes,
          audits,
          ...props,
        }),
      ]),
    )
    for (const { folder, everyMinutes } of this.definitions)
      if (everyMinutes !== undefined) this.get(folder).runEvery(everyMinutes)
    for (const { folder, rights } of this.definitions)
      for (const right of rights) this.#give(this.get(folder), right, props)
  }

  /** @throws Error when the catalogue has no function of that folder */
  get(folder: string): ScripFunction {
    const found = this.#functions.get(folder)
    if (found === undefined) throw new Error(`the catalogue has no function ${folder}`)
    return found
  }

  #give(to: ScripFunction, right: Right, props: FunctionsProps): void {
    switch (right.kind) {
      case 'use':
        to.mayUse(right.table, right.actions, right.conditions)
        break
      case 'use index':
        to.mayUseIndex(right.table, right.actions)
        break
      case 'read':
        to.mayRead(right.secret)
        break
      case 'read foreign':
        to.mayReadForeign(right.arn)
        break
      case 'know the edge':
        if (props.originSecretArn !== undefined) to.mayKnowEdge(props.originSecretArn)
        break
      case 'read upstream':
        to.mayReadUpstream(right.upstream, props.upstreamSecrets.get(right.upstream))
        break
      case 'invoke foreign':
        to.mayInvokeForeign(right.arn)
        break
      case 'name shared keys':
        to.mayNameSharedKeys(sharedKeyBase(this))
        break
      case 'manage API keys':
        to.mayManageApiKeys()
        break
      case 'rotate':
        to.mayRotate(right.secret)
        break
      case 'invoke':
        to.mayInvoke(right.grantType, this.get(`grants/${right.grantType}`).alias)
        break
      default:
        right satisfies never
    }
  }
}
