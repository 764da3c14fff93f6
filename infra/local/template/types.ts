/** The parts of a CloudFormation template that the local stack reads. */
import type { Json, JsonObject } from '../json.ts'

export type Resource = {
  readonly Type: string
  readonly Properties?: JsonObject
  readonly DependsOn?: string | readonly string[]
  readonly Condition?: string
  readonly DeletionPolicy?: string
  readonly UpdateReplacePolicy?: string
  readonly Metadata?: JsonObject
}

export type Output = { readonly Value: Json; readonly Condition?: string }

export type Template = {
  readonly Resources: { readonly [logicalId: string]: Resource }
  readonly Parameters?: { readonly [name: string]: JsonObject }
  readonly Conditions?: { readonly [name: string]: Json }
  readonly Mappings?: JsonObject
  readonly Outputs?: { readonly [name: string]: Output }
}
