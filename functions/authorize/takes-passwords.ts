import type { Config } from '../../shared/config/types.ts'

/**
 * Whether people may type a password here. Where they sign in upstream, none should reach this service; unless
 * the deployment has users of its own as well, which it shows by offering them the password grant.
 */
export function takesPasswords({ upstream, grants }: Config): boolean {
  return upstream === undefined || grants.password !== undefined
}
