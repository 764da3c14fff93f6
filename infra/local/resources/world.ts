/** Everything that resources of the template become part of. */
import type { RestApiModel } from '../api-gateway/model.ts'
import type { ApiKeyStore } from '../api-keys/store.ts'
import type { Distribution, ForwardingPolicy, ResponseHeadersPolicy } from '../cloudfront/types.ts'
import type { CustomResources } from '../custom-resources/custom-resources.ts'
import type { Tables } from '../dynamodb/tables.ts'
import type { LambdaPermissions } from '../iam/lambda-permissions.ts'
import type { Roles } from '../iam/roles.ts'
import type { Functions } from '../lambda/functions.ts'
import type { Schedules } from '../schedules/schedules.ts'
import type { SecretStore } from '../secrets/store.ts'

export type World = {
  readonly stackName: string
  readonly stackId: string
  readonly roles: Roles
  readonly permissions: LambdaPermissions
  readonly functions: Functions
  readonly tables: Tables
  readonly secrets: SecretStore
  readonly apis: Map<string, RestApiModel>
  readonly apiKeys: ApiKeyStore
  readonly distributions: Map<string, Distribution>
  /** Cache and origin request policies by id. */
  readonly forwardingPolicies: Map<string, ForwardingPolicy>
  readonly responseHeadersPolicies: Map<string, ResponseHeadersPolicy>
  readonly schedules: Schedules
  readonly customResources: CustomResources
  /** The unpacked folder of an asset, by the S3 key that the template names. */
  readonly assetFolder: (s3Key: string) => string | undefined
}
