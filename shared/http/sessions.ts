/** Who is signed in. A session rests in the browser, sealed; whether it still counts, the user's record says. */
import { randomBytes } from 'node:crypto'
import { type EpochSeconds, seconds } from '../protocol/brands.ts'
import type { User, UserReader } from '../stores/users.ts'
import { openSession, type Session, type SessionLimits, sealSession } from '../tokens/session-token.ts'
import type { SymmetricKeys } from '../tokens/symmetric-keys.ts'
import { clearCookie, setCookie, wireName } from './cookies.ts'
import { renewFormSecret } from './forms.ts'
import type { PageRequest } from './pages/page-request.ts'

/** A user whose session holds. */
export interface SignedIn {
  readonly session: Session
  readonly user: User
  /** The session again, used now: every answer to its user carries it. */
  readonly cookie: string
}

export interface Sessions {
  /** Who sends the request; nothing where nobody is signed in (any more). */
  read(request: PageRequest): Promise<SignedIn | undefined>
  /**
   * The cookies of a new session. Its id is new, whatever the browser held before, so a session that somebody
   * planted is worth nothing after the sign-in.
   *
   * @param authTime when the user signed in, where that is not now; the session's absolute limit counts from it
   */
  begin(user: User, request: PageRequest, authTime?: EpochSeconds): Promise<readonly string[]>
  /** The cookies that end the browser's session. */
  end(request: PageRequest): readonly string[]
}

export function sessions(
  keys: () => Promise<SymmetricKeys>,
  users: UserReader,
  limits: SessionLimits,
): Sessions {
  async function toCookie(session: Session, { issuer, now }: PageRequest): Promise<string> {
    const text = await sealSession(session, { issuer, keys: await keys(), limits }, now)
    return setCookie('session', text, issuer, seconds(limits.idleSeconds))
  }

  return {
    async read(request) {
      const { cookies, issuer, now } = request
      const text = cookies.get(wireName('session', issuer))
      if (text === undefined) return undefined
      const session = await openSession(text, { issuer, keys: await keys(), limits }, now)
      const user = session && (await users.find(session.username))
      if (!session || user?.subject !== session.subject) return undefined
      if (user.sessionVersion !== session.sessionVersion) return undefined
      return { session, user, cookie: await toCookie(session, request) }
    },

    async begin({ username, subject, sessionVersion }, request, authTime = request.now) {
      const id = randomBytes(16).toString('base64url')
      const session = { id, username, subject, sessionVersion, authTime }
      return [await toCookie(session, request), renewFormSecret(request)]
    },

    end: (request) => [clearCookie('session', request.issuer), renewFormSecret(request)],
  }
}

/** What a page calls a user. */
export function displayName({ name, email, username }: User): string {
  return name ?? email ?? username
}
