import type { Config } from '../../shared/config/types.ts'
import type { Sessions } from '../../shared/http/sessions.ts'
import type { SignInServices } from '../../shared/http/sign-in.ts'
import type { AuthorizationCodeStore } from '../../shared/stores/authorization-codes.ts'
import type { ClientReader } from '../../shared/stores/clients.ts'
import type { ConsentStore } from '../../shared/stores/consents.ts'
import type { GrantStore } from '../../shared/stores/grants.ts'
import type { UserStore } from '../../shared/stores/users.ts'
import type { Upstream } from './upstream/sign-in.ts'

/** What the pages are made of. */
export interface PageServices {
  readonly config: Config
  readonly clients: ClientReader
  readonly users: Omit<UserStore, 'rehash'>
  readonly consents: ConsentStore
  readonly codes: Pick<AuthorizationCodeStore, 'create'>
  readonly grants: Pick<GrantStore, 'ofSubject' | 'revoke'>
  readonly sessions: Sessions
  readonly signIn: SignInServices
  /** Where the deployment has an upstream provider. */
  readonly upstream: Upstream | undefined
}
