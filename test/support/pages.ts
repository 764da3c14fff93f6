/** The pages' function over memory, with a clock in hand. */
import { authorizeEndpoint } from '../../functions/authorize/routes.ts'
import type { PageServices } from '../../functions/authorize/services.ts'
import type { Config } from '../../shared/config/types.ts'
import { sessions } from '../../shared/http/sessions.ts'
import { epochSeconds } from '../../shared/protocol/brands.ts'
import type { Client } from '../../shared/protocol/client.ts'
import { hashPassword } from '../../shared/protocol/password.ts'
import type { AuthorizationCode } from '../../shared/stores/authorization-codes.ts'
import type { Consent } from '../../shared/stores/consents.ts'
import type { User } from '../../shared/stores/users.ts'
import { newSymmetricKeys, parseSymmetricKeys } from '../../shared/tokens/symmetric-keys.ts'
import { apiGatewayEvent, formEvent, lambdaContext, type Request } from './api-gateway-event.ts'
import { NOW } from './token-deployment.ts'

export const password = 'correct horse battery'
const passwordHash = await hashPassword(password)
const keys = parseSymmetricKeys(newSymmetricKeys(epochSeconds(NOW)), 'session-keys')

export interface PageAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly cookies: readonly string[]
  readonly text: string
}

export const user = (different: Partial<User> = {}): User => ({
  username: 'ada',
  subject: 'subject-of-ada',
  passwordHash,
  name: 'Ada Lovelace',
  sessionVersion: 1,
  createdAt: epochSeconds(NOW),
  ...different,
})

/** @param different services that a test wants to fail, or to be there */
export function pages(config: Config, clients: readonly Client[], different: Partial<PageServices> = {}) {
  const clock = { now: NOW }
  const users = new Map([['ada', user()]])
  const codes: AuthorizationCode[] = []
  const consents = new Map<string, Consent>()
  const cookies = new Map<string, string>()
  const userStore = { find: async (username: string) => users.get(username) }
  const unused = () => {
    throw new Error('not part of this test')
  }
  const services: PageServices = {
    config,
    clients: { find: async (id) => clients.find(({ clientId }) => clientId === id) },
    users: {
      ...userStore,
      create: unused,
      changePassword: unused,
      async endSessions(username) {
        const sessionVersion = (users.get(username)?.sessionVersion ?? 0) + 1
        users.set(username, user({ sessionVersion }))
        return sessionVersion
      },
      tellProfile: unused,
    },
    consents: {
      find: async (_, clientId) => consents.get(clientId),
      async allow(username, clientId, scope, now) {
        consents.set(clientId, { username, clientId, scope, grantedAt: now })
      },
      withdraw: unused,
      invalidate: unused,
      ofUser: async () => [...consents.values()],
    },
    codes: { create: async (code) => void codes.push(code) },
    grants: { ofSubject: async () => [], revoke: unused },
    sessions: sessions(async () => keys, userStore, config.session),
    signIn: {
      limits: config.signIn,
      users: { ...userStore, rehash: unused },
      attempts: {
        count: async (key, now) => ({ key, attempts: 1, windowStart: now, windowEnd: now }),
        takeBack: async () => undefined,
      },
    },
    upstream: undefined,
    ...different,
  }
  const handler = authorizeEndpoint(services, {
    source: async () => '192.0.2.7',
    clock: () => clock.now * 1000,
  })

  async function send(event: ReturnType<typeof apiGatewayEvent>): Promise<PageAnswer> {
    const { statusCode, headers, multiValueHeaders, body } = await handler(event, lambdaContext)
    const set = (multiValueHeaders?.['Set-Cookie'] ?? []).map(String)
    for (const line of set) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (line.includes('Max-Age=0')) cookies.delete(name)
      else cookies.set(name, value)
    }
    return {
      status: statusCode,
      headers: (headers ?? {}) as Record<string, string>,
      cookies: set,
      text: body,
    }
  }

  const withCookies = (request: Request): Request => ({
    ...request,
    headers: [
      ...(request.headers ?? []),
      ...[...cookies].map(([name, value]) => ['Cookie', `${name}=${value}`] as const),
    ],
  })
  const get = (page: string, query: Record<string, string> = {}) =>
    send(apiGatewayEvent(withCookies({ method: 'GET', resource: `${config.paths.prefix}/${page}`, query })))
  const post = (page: string, form: Record<string, string>, request: Request = {}) =>
    send(formEvent(form, withCookies({ ...request, resource: `${config.paths.prefix}/${page}` })))

  /** @param headers in place of a form's content type */
  const postRaw = (page: string, body: string, headers: Record<string, string>) =>
    send(
      apiGatewayEvent({
        resource: `${config.paths.prefix}/${page}`,
        headers: Object.entries({ 'Content-Type': 'application/x-www-form-urlencoded', ...headers }),
        body,
      }),
    )

  return {
    clock,
    users,
    postRaw,
    codes,
    consents,
    cookies,
    get,
    post,
    /** Signs Ada in, as the login page does. */
    async signIn() {
      const token = formToken(await get('login'))
      return post('login', { form_token: token, username: 'ada', password })
    },
  }
}

export function formToken({ text }: PageAnswer): string {
  return /name="form_token" value="([^"]+)"/.exec(text)?.[1] ?? ''
}
