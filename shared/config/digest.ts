/** Tells one configuration from another, so that a command knows whether a deployment was made of the file it has. */
import { sha256 } from '../protocol/hash.ts'
import type { Config } from './types.ts'

/** Of the checked configuration: comments, and defaults that are spelled out, make no difference. */
export function configDigest(config: Config): string {
  return sha256(JSON.stringify(config))
}
