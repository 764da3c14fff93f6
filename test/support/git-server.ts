/**
 * github.com on loopback, as far as git sees it: its smart HTTP over TLS, behind a proxy that every connection goes to.
 *
 * `git http-backend` serves the repositories; whether a token opens one, GitHub's API is asked, as a stand-in plays it.
 */
import { spawn } from 'node:child_process'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect, type Server } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { selfSigned } from './self-signed.ts'

export interface GitRequest {
  readonly path: string
  /** Nothing where no credentials came. */
  readonly password: string | undefined
  readonly status: number
}

interface Repository {
  readonly full_name: string
  readonly permissions: { readonly pull: boolean; readonly push: boolean }
}

/**
 * @param root folder of bare repositories, `owner/name.git`
 * @param githubApiUrl whom the tokens are shown to
 */
export async function startGitServer(root: string, githubApiUrl: string) {
  const requests: GitRequest[] = []
  const server = createTlsServer(selfSigned, async (request, response) => {
    const url = new URL(request.url ?? '/', 'https://github.com')
    const password = passwordOf(request)
    const status = await judge(url, password, githubApiUrl)
    requests.push({ path: url.pathname + url.search, password, status })
    if (status === 200) return serve(root, url, request, response)
    const challenge = status === 401 ? { 'WWW-Authenticate': 'Basic realm="GitHub"' } : {}
    response.writeHead(status, challenge).end()
  })
  const port = await listen(server)
  // Wherever git wants to go, it comes here.
  const proxy = createServer()
  proxy.on('connect', (_request, socket) => {
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      socket.pipe(onward).pipe(socket)
    })
    for (const end of [socket, onward]) end.on('error', () => end.destroy())
  })
  return {
    proxy: `http://127.0.0.1:${await listen(proxy)}`,
    requests: requests as readonly GitRequest[],
    async close() {
      for (const one of [proxy, server]) one.closeAllConnections()
      await Promise.all([proxy, server].map((one) => new Promise((resolve) => one.close(resolve))))
    },
  }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** What git was given goes into Basic, with the name that GitHub wants. */
function passwordOf({ headers }: IncomingMessage): string | undefined {
  const [, encoded = ''] = /^Basic (.+)$/.exec(headers.authorization ?? '') ?? []
  const [, password] = /^x-access-token:(.+)$/.exec(Buffer.from(encoded, 'base64').toString()) ?? []
  return password
}

/** As GitHub: 401 without a token that lives, 404 for what it does not cover, 403 for what it may not do there. */
async function judge({ pathname, search }: URL, password: string | undefined, apiUrl: string) {
  const [, wanted = ''] =
    /^\/([^/]+\/[^/]+?)(?:\.git)?\/(?:info\/refs|git-(?:upload|receive)-pack)$/.exec(pathname) ?? []
  if (wanted === '') return 404
  if (password === undefined) return 401
  const answer = await fetch(`${apiUrl}/installation/repositories`, {
    headers: { Authorization: `Bearer ${password}` },
  })
  if (answer.status !== 200) return 401
  const { repositories } = (await answer.json()) as { readonly repositories: readonly Repository[] }
  const found = repositories.find(({ full_name: name }) => name === wanted)
  if (!found) return 404
  const isPush = `${pathname}${search}`.includes('git-receive-pack')
  return found.permissions[isPush ? 'push' : 'pull'] ? 200 : 403
}

/** CGI, RFC 3875, as `git help http-backend` wants it. */
async function serve(
  root: string,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', headers } = request
  const backend = spawn('git', ['http-backend'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      REMOTE_USER: 'x-access-token',
      REQUEST_METHOD: method,
      PATH_INFO: url.pathname.replace(/^(\/[^/]+\/[^/]+?)(?:\.git)?\//, '$1.git/'),
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: String(headers['content-encoding'] ?? ''),
      GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
    },
  })
  request.pipe(backend.stdin)
  const output = await buffer(backend.stdout)
  const end = output.indexOf('\r\n\r\n')
  const fields = output
    .subarray(0, end)
    .toString()
    .split('\r\n')
    .map((line) => line.split(/: /, 2) as [string, string])
  const { Status: status = '200', ...others } = Object.fromEntries(fields)
  response.writeHead(Number.parseInt(status, 10), others).end(output.subarray(end + 4))
}
