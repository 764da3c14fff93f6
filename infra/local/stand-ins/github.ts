/**
 * A stand-in of GitHub's REST API, as strict as GitHub is: the App's JWT is verified, repositories have to be
 * there, permissions have to be the App's. An empty list of repositories means all of them, as it does there.
 */

import { grant, installationBody, parse, repositoryBody, rolesOf, same } from './github-answers.ts'
import { type AppOptions, faultOfAppJwt, type Granted, type Installation, newToken } from './github-app.ts'
import { type Asked, type Route, type StandIn, startStandIn, type Told } from './server.ts'

export interface GitHubStandIn extends StandIn {
  /** Tokens that live, by their text. */
  readonly tokens: ReadonlyMap<string, Granted>
  /** Bodies of the requests for tokens so far. */
  readonly mintRequests: readonly unknown[]
  /** Where the App is installed: changed at will. */
  readonly installations: Installation[]
}

const HOUR = 3_600_000

/** @param port a free one for 0 */
export async function startGitHub(options: AppOptions, port = 0): Promise<GitHubStandIn> {
  const { appId, now = Date.now } = options
  const installations = [...options.installations]
  const tokens = new Map<string, Granted>()
  const mintRequests: unknown[] = []

  const asApp =
    (answer: (asked: Asked) => Told) =>
    (asked: Asked): Told => {
      const fault = faultOfAppJwt(asked.headers.authorization, options)
      return fault === undefined ? answer(asked) : { status: 401, body: { message: fault } }
    }
  const asToken =
    (answer: (asked: Asked, granted: Granted, token: string) => Told) =>
    (asked: Asked): Told => {
      const token = /^(?:Bearer|token) (.+)$/.exec(asked.headers.authorization ?? '')?.[1] ?? ''
      const granted = tokens.get(token)
      if (!granted || granted.expiresAt <= now()) return { status: 401, body: { message: 'Bad credentials' } }
      return answer(asked, granted, token)
    }
  const found = (kind: Installation['kind'] | undefined, owner = '') =>
    installations.find((one) => same(one.owner, owner) && (kind === undefined || one.kind === kind))
  const tell = (one: Installation | undefined): Told =>
    one ? { status: 200, body: installationBody(one, appId) } : notFound

  function mint({ parts: [id], body }: Asked): Told {
    const installation = installations.find((one) => String(one.id) === id)
    if (!installation) return notFound
    if (installation.suspended)
      return { status: 403, body: { message: 'This installation has been suspended' } }
    const asked = parse(body)
    if (typeof asked === 'string') return { status: 400, body: { message: asked } }
    mintRequests.push(asked)
    const granted = grant(asked, installation)
    if (typeof granted === 'string') return { status: 422, body: { message: granted } }
    const expiresAt = now() + HOUR
    const token = newToken(appId)
    const permissions = { ...granted.permissions, metadata: 'read' }
    tokens.set(token, { installation, repositories: granted.repositories, permissions, expiresAt })
    const { repositories } = granted
    return {
      status: 201,
      body: {
        token,
        expires_at: `${new Date(expiresAt).toISOString().slice(0, 19)}Z`,
        permissions,
        repository_selection: repositories === 'all' ? 'all' : 'selected',
        ...(repositories === 'all'
          ? {}
          : { repositories: repositories.map((name) => repositoryBody(installation, name)) }),
      },
    }
  }

  const routes: Route[] = [
    {
      name: 'mint',
      method: 'POST',
      path: /^\/app\/installations\/([^/]+)\/access_tokens$/,
      answer: asApp(mint),
    },
    {
      name: 'installations',
      method: 'GET',
      path: /^\/app\/installations$/,
      answer: asApp(() => ({ status: 200, body: installations.map((one) => installationBody(one, appId)) })),
    },
    {
      name: 'repository installation',
      method: 'GET',
      path: /^\/repos\/([^/]+)\/([^/]+)\/installation$/,
      answer: asApp(({ parts: [owner, name = ''] }) => {
        const one = found(undefined, owner)
        return tell(one?.repositories.some((known) => same(known, name)) ? one : undefined)
      }),
    },
    {
      name: 'organization installation',
      method: 'GET',
      path: /^\/orgs\/([^/]+)\/installation$/,
      answer: asApp(({ parts: [owner] }) => tell(found('Organization', owner))),
    },
    {
      name: 'user installation',
      method: 'GET',
      path: /^\/users\/([^/]+)\/installation$/,
      answer: asApp(({ parts: [owner] }) => tell(found('User', owner))),
    },
    {
      name: 'contents',
      method: 'GET',
      path: /^\/repos\/([^/]+)\/([^/]+)\/contents\/(.+)$/,
      answer: asToken(
        ({ parts: [owner = '', name = '', path], headers }, { installation, repositories, permissions }) => {
          const covered = repositories === 'all' ? installation.repositories : repositories
          const isCovered = same(owner, installation.owner) && covered.some((one) => same(one, name))
          const text = installation.files?.[`${name}/${path}`]
          if (!isCovered || permissions.contents === undefined || text === undefined) return notFound
          if (!/\braw\b/.test(headers.accept ?? ''))
            return {
              status: 200,
              body: { encoding: 'base64', content: Buffer.from(text).toString('base64') },
            }
          return { status: 200, body: text, contentType: 'application/vnd.github.raw+json; charset=utf-8' }
        },
      ),
    },
    {
      name: 'end token',
      method: 'DELETE',
      path: /^\/installation\/token$/,
      answer: asToken((_, __, token) => {
        tokens.delete(token)
        return { status: 204 }
      }),
    },
    {
      name: 'repositories',
      method: 'GET',
      path: /^\/installation\/repositories$/,
      answer: asToken((_, { installation, repositories, permissions }) => {
        const names = repositories === 'all' ? installation.repositories : repositories
        const roles = rolesOf(permissions)
        const listed = names.map((name) => ({ ...repositoryBody(installation, name), permissions: roles }))
        return { status: 200, body: { total_count: listed.length, repositories: listed } }
      }),
    },
  ]
  return { ...(await startStandIn(routes, port)), tokens, mintRequests, installations }
}

const notFound: Told = { status: 404, body: { message: 'Not Found' } }
