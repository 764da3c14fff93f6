/** Resource policies of functions: which AWS service may invoke which version or alias, and on whose behalf. */
import { account } from '../identity.ts'
import { matchesArn } from './wildcard.ts'

export type LambdaPermission = {
  /** The function's ARN, with alias or version where the permission stands on one. */
  readonly functionArn: string
  readonly principal: string
  readonly sourceArn?: string
  readonly sourceAccount?: string
}

export class LambdaPermissions {
  readonly #permissions: LambdaPermission[] = []

  add(permission: LambdaPermission): void {
    this.#permissions.push(permission)
  }

  /**
   * Whether a service may invoke exactly this ARN for `sourceArn`.
   *
   * A permission on the bare function does not cover its alias, nor the other way round.
   */
  allow(functionArn: string, principal: string, sourceArn: string): boolean {
    return this.#permissions.some(
      (permission) =>
        permission.functionArn === functionArn &&
        permission.principal === principal &&
        (permission.sourceArn === undefined || matchesArn(permission.sourceArn, sourceArn)) &&
        (permission.sourceAccount === undefined || permission.sourceAccount === account),
    )
  }
}
