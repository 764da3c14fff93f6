/**
 * The account and region that the local stack pretends to be, and the names it derives.
 *
 * Names that CloudFormation would draw at random come from a hash of the logical id, so that they are the
 * same after a restart: data rests under these names.
 */
import { createHash } from 'node:crypto'

export const account = '000000000000'
export const region = 'us-east-1'
export const partition = 'aws'
export const urlSuffix = 'amazonaws.com'

/** `length` lower-case letters and digits that depend on `seed` alone. */
export function stableId(seed: string, length: number): string {
  const digest = createHash('sha256').update(seed).digest()
  return [...digest]
    .map((byte) => (byte % 36).toString(36))
    .join('')
    .slice(0, length)
}

/** A UUID that depends on `seed` alone. */
export function stableUuid(seed: string): string {
  const digits = createHash('sha256').update(seed).digest('hex')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')
}

/** The name CloudFormation gives a resource that has none, at most `limit` characters long. */
export function physicalName(stackName: string, logicalId: string, limit = 64): string {
  const suffix = stableId(`${stackName}/${logicalId}`, 12).toUpperCase()
  return `${stackName}-${logicalId}`.slice(0, limit - suffix.length - 1).concat('-', suffix)
}

/** An ARN in the local account: `arn:aws:<service>:<region>:<account>:<resource>`. */
export function arn(service: string, resource: string): string {
  return `arn:${partition}:${service}:${region}:${account}:${resource}`
}
