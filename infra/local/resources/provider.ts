/** What makes a resource of one type. */
import type { Properties } from '../template/properties.ts'
import type { Physical } from '../template/scope.ts'
import type { World } from './world.ts'

export type Creation = {
  readonly logicalId: string
  readonly type: string
  /** Resolved: no intrinsic function is left in them. */
  readonly properties: Properties
  /** Logical ids of all that this resource depends on, directly or not. */
  readonly dependencies: ReadonlySet<string>
  readonly world: World
  /** The name for a resource that is given none. */
  readonly defaultName: (limit?: number) => string
}

export type Provider = (creation: Creation) => Physical | Promise<Physical>
