/** The DynamoDB engine, behind the permission check: dynalite on a private loopback port. */
import { Agent, request as httpRequest } from 'node:http'
import { Worker } from 'node:worker_threads'
import { AwsError } from '../aws/errors.ts'
import { messageOf } from '../errors.ts'
import { loopback } from '../http/listen.ts'
import { isObject, type JsonObject, parseJson } from '../json.ts'

export type EngineAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export class DynamoEngine {
  readonly #worker: Worker
  readonly #port: number
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 })

  private constructor(worker: Worker, port: number) {
    this.#worker = worker
    this.#port = port
  }

  /**
   * Starts the engine on a data folder.
   *
   * @param report is told when the engine fails later: from then on every call is answered with 500.
   */
  static start(path: string, report: (line: string) => void): Promise<DynamoEngine> {
    const worker = new Worker(new URL('./engine-thread.ts', import.meta.url), { workerData: { path } })
    return new Promise((resolve, reject) => {
      worker.on('error', (error) => {
        report(`the DynamoDB engine failed: ${messageOf(error)}`)
        reject(error)
      })
      worker.once('message', (port: number) => resolve(new DynamoEngine(worker, port)))
    })
  }

  /** Hands a request on as it came. */
  forward(headers: Readonly<Record<string, string>>, body: Buffer): Promise<EngineAnswer> {
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest(
        {
          host: loopback,
          port: this.#port,
          agent: this.#agent,
          method: 'POST',
          path: '/',
          headers,
        },
        (answer) => {
          const chunks: Buffer[] = []
          answer.on('data', (chunk: Buffer) => chunks.push(chunk))
          answer.on('error', reject)
          answer.on('end', () => {
            const kept = Object.entries(answer.headers).filter(([name]) => /^(content-type|x-am)/.test(name))
            const fields = Object.fromEntries(kept.map(([name, value]) => [name, String(value)]))
            resolve({
              status: answer.statusCode ?? 500,
              headers: fields,
              body: Buffer.concat(chunks),
            })
          })
        },
      )
      outgoing.on('error', (error) => reject(new AwsError('InternalServerError', error.message, 500)))
      outgoing.end(body)
    })
  }

  /**
   * One operation of the stack itself.
   *
   * @throws AwsError with the engine's error name.
   */
  async call(operation: string, parameters: JsonObject): Promise<JsonObject> {
    const answer = await this.forward(
      {
        'Content-Type': 'application/x-amz-json-1.0',
        'X-Amz-Target': `DynamoDB_20120810.${operation}`,
        'X-Amz-Date': '20200101T000000Z',
        Authorization: 'AWS4-HMAC-SHA256 Credential=stack, SignedHeaders=host, Signature=none',
      },
      Buffer.from(JSON.stringify(parameters)),
    )
    const body = parseJson(answer.body.toString('utf8'))
    const result = isObject(body) ? body : {}
    if (answer.status === 200) return result
    const code = String(result.__type ?? 'InternalServerError').replace(/^.*#/, '')
    throw new AwsError(code, String(result.message ?? result.Message ?? code), answer.status)
  }

  /** Ends the engine with all data on the disk. */
  close(): Promise<void> {
    this.#agent.destroy()
    return new Promise((resolve) => {
      this.#worker.once('exit', () => resolve())
      this.#worker.postMessage('close')
    })
  }
}
