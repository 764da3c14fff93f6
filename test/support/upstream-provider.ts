/** A real OpenID provider on loopback (npm `oidc-provider`), with its own login page. */
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'
import type { Visit, Visitor } from './visitor.ts'

export const upstreamClient = { id: 'scrip-at-upstream', secret: 'the-secret-of-scrip-at-its-upstream' }

export interface UpstreamServer {
  readonly issuer: string
  /** What the provider tells of a person, by what they type as their name there. */
  readonly profiles: Map<string, Record<string, unknown>>
  /** Makes the next sign-ins look as if they were made so many seconds ago. */
  age: number
  close(): Promise<void>
}

/** @param redirectUris those of the stack, which starts later and needs the issuer before */
export async function startUpstream(redirectUris: () => readonly string[]): Promise<UpstreamServer> {
  const profiles: UpstreamServer['profiles'] = new Map()
  let callback: RequestListener | undefined
  const server = createServer((request, response) => void callback?.(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  /** Made at the first request, since its client has to know the stack's address. */
  const provider = () =>
    new Provider(issuer, {
      clients: [
        {
          client_id: upstreamClient.id,
          client_secret: upstreamClient.secret,
          redirect_uris: [...redirectUris()],
          token_endpoint_auth_method: 'client_secret_post',
          require_auth_time: true,
        },
      ],
      cookies: { keys: ['a key of the test'] },
      claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
      findAccount: (_context, accountId) => ({
        accountId,
        claims: () => ({ sub: accountId, ...profiles.get(accountId) }),
      }),
      // The people of these tests have agreed to all of it.
      async loadExistingGrant({ oidc }) {
        if (oidc.session?.loginTs !== undefined) oidc.session.loginTs -= running.age
        const grant = new oidc.provider.Grant({
          accountId: oidc.session?.accountId ?? '',
          clientId: oidc.client?.clientId ?? '',
        })
        grant.addOIDCScope('openid profile email')
        await grant.save()
        return grant
      },
    })
  server.prependListener('request', () => {
    callback ??= provider().callback()
  })
  const running: UpstreamServer = {
    issuer,
    profiles,
    age: 0,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return running
}

/** Goes through the provider's login page; `at` leads to the provider. Gives the redirect back to the stack. */
export async function signInUpstream(person: Visitor, at: Visit, login: string): Promise<Visit> {
  const page = await person.follow(await person.follow(at))
  const action = /action="([^"]+)"/.exec(page.text)?.[1] ?? ''
  const submitted = await person.post(action, { prompt: 'login', login, password: 'typed at the provider' })
  return person.follow(submitted)
}
