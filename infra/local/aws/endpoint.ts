/**
 * The endpoint server: every AWS call of the stack arrives here.
 *
 * It finds out who calls, asks that caller's policies, and hands the call to the service it is signed for.
 * A service without an entry is refused, so that no call leaves the machine.
 */

import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { messageOf } from '../errors.ts'
import { readBody } from '../http/body.ts'
import { listen, loopback, stop } from '../http/listen.ts'
import type { Roles } from '../iam/roles.ts'
import type { CredentialStore } from './credentials.ts'
import { AwsError } from './errors.ts'
import { jsonResponse } from './json-protocol.ts'
import { authorizeCaller, type Service, type ServiceResponse } from './service.ts'
import { authenticate, type SignedRequest } from './signature.ts'

const maximumBodyBytes = 16 * 1024 * 1024

/** Takes the answers of custom resources, which come unsigned as a PUT to a secret path. */
export type CallbackReceiver = (path: string, body: Buffer) => boolean

export class EndpointServer {
  readonly #server: Server
  readonly #services = new Map<string, Service>()
  readonly #credentials: CredentialStore
  readonly #roles: Roles
  readonly #report: (line: string) => void
  #receiveCallback: CallbackReceiver = () => false

  constructor(credentials: CredentialStore, roles: Roles, report: (line: string) => void) {
    this.#credentials = credentials
    this.#roles = roles
    this.#report = report
    this.#server = createServer((message, response) => void this.#answer(message, response))
  }

  /** Starts to listen; gives the URL. */
  async start(): Promise<string> {
    return `http://${loopback}:${await listen(this.#server, 0)}`
  }

  /** @param name as in the credential scope, such as `dynamodb` */
  add(name: string, service: Service): void {
    this.#services.set(name, service)
  }

  onCallback(receive: CallbackReceiver): void {
    this.#receiveCallback = receive
  }

  close(): Promise<void> {
    return stop(this.#server)
  }

  async #answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = await this.#respond(message).catch((error: unknown) => this.#internalError(error))
    const headers = { ...answer.headers, 'x-amzn-RequestId': randomUUID() }
    response.writeHead(answer.status, headers).end(answer.body)
  }

  async #respond(message: IncomingMessage): Promise<ServiceResponse> {
    const body = await readBody(message, maximumBodyBytes)
    if (body === 'too large') return jsonResponse('1.1', { __type: 'RequestEntityTooLargeException' }, 413)
    const target = message.url ?? '/'
    if (message.method === 'PUT' && this.#receiveCallback(target, body))
      return { status: 200, headers: {}, body: '' }
    const headers = Object.fromEntries(
      Object.entries(message.headers).map(([name, value]) => [name, String(value)]),
    )
    return this.#dispatch({
      method: message.method ?? 'GET',
      target,
      headers,
      body,
    })
  }

  async #dispatch(request: SignedRequest): Promise<ServiceResponse> {
    let service: Service | undefined
    try {
      const authenticated = authenticate(request, this.#credentials)
      service = this.#services.get(authenticated.service)
      if (!service) {
        throw new AwsError(
          'UnknownOperationException',
          `the local stack has no service ${authenticated.service}`,
        )
      }
      // The REST services refuse with 403, the others with 400.
      const deniedStatus = ['lambda', 'apigateway'].includes(authenticated.service) ? 403 : 400
      const authorize = authorizeCaller(authenticated.caller, this.#roles, deniedStatus, this.#report)
      return await service.handle(request, authorize)
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      if (service) return service.describeError(error)
      return jsonResponse('1.1', { __type: error.code, message: error.message }, error.status)
    }
  }

  #internalError(error: unknown): ServiceResponse {
    this.#report(`endpoint server: ${messageOf(error)}`)
    return jsonResponse('1.1', { __type: 'InternalFailure', message: messageOf(error) }, 500)
  }
}
