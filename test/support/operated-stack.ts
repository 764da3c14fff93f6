/** The local stack in this process, with the operator's rights: data can be put where a login would put it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CiServers } from '../../infra/local/ci-vendor/ci-vendor.ts'
import { ciKeys } from '../../infra/local/ci-vendor/keys.ts'
import { startLocalStack } from '../../infra/local/stack.ts'
import type { Template } from '../../infra/local/template/types.ts'
import { epochSeconds, fromMilliseconds } from '../../shared/protocol/brands.ts'
import { sha256 } from '../../shared/protocol/hash.ts'
import { type AuthorizationCode, authorizationCodeStore } from '../../shared/stores/authorization-codes.ts'
import { consentStore } from '../../shared/stores/consents.ts'
import { connectDynamoDb } from '../../shared/stores/dynamodb.ts'
import { newGrantId } from '../../shared/tokens/refresh-token.ts'
import { postForm } from './token-request.ts'

export type Form = Readonly<Record<string, string>>

export interface Setting {
  /** Name of the preset. */
  readonly preset: string
  /** Changes the preset's text. */
  readonly change?: (yaml: string) => string
  /** In the seed format. */
  readonly seed: object
  readonly edge?: boolean
  /** Changes the template before it runs. */
  readonly transformTemplate?: (template: Template) => Template
  /** Other servers than the stand-ins. */
  readonly ciServers?: CiServers
}

/** Far more than any test sends. */
export const withoutLimits = (yaml: string) =>
  `${yaml.replaceAll(/requestsPerMinute: \d+/g, 'requestsPerMinute: 1000000')}
throttle: { ratePerSecond: 10000, burst: 5000 }
`

export async function startOperatedStack(setting: Setting) {
  const { preset, change = (yaml) => yaml, seed, edge = false, ciServers, transformTemplate } = setting
  const directory = mkdtempSync(join(tmpdir(), 'scrip-operated-'))
  const file = (name: string, text: string) => {
    writeFileSync(join(directory, name), text)
    return join(directory, name)
  }
  const told: string[] = []
  const stack = await startLocalStack({
    port: 0,
    config: file('config.yaml', change(readFileSync(`infra/presets/${preset}.yaml`, 'utf8'))),
    edge,
    dataDir: join(directory, 'data'),
    seed: file('seed.json', JSON.stringify(seed)),
    demoData: false,
    ...(ciServers && { ciServers }),
    ...(transformTemplate && { transformTemplate }),
    log: (line) => told.push(line),
  })
  Object.assign(process.env, stack.operator)
  const db = connectDynamoDb()
  const codes = authorizationCodeStore(db, stack.outputs.AuthorizationCodesTable ?? '')
  const prefix = stack.outputs.Prefix ?? ''
  const at = (path: string) => `${stack.issuer}${prefix}/${path}`
  return {
    issuer: stack.issuer,
    outputs: stack.outputs,
    /** What the stack told whoever started it. */
    told,
    /** Keys of the CI vendor and the GitHub App that the stack plays. */
    ciKeys: () => ciKeys(join(directory, 'data', 'ci-keys.json')),
    /** GitHub and Buildkite, where they are played: faults to plan, counters, tokens. */
    standIns: stack.standIns,
    db,
    /** What was seeded, generated values included. */
    demo: stack.demo,
    logs: stack.logs,
    functionNames: stack.functionNames,
    /** Lines of the stage's access log so far. */
    accessLog: () =>
      readFileSync(join(directory, 'data', 'logs', 'access.log'), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>),
    url: at,
    consents: consentStore(db, stack.outputs.ConsentsTable ?? ''),
    /** Writes the record that the consent page would, and gives the code. */
    async giveCode(record: Partial<AuthorizationCode> & Pick<AuthorizationCode, 'clientId' | 'scope'>) {
      const code = crypto.randomUUID()
      const now = fromMilliseconds(Date.now())
      await codes.create({
        codeHash: sha256(code),
        username: 'ada',
        subject: 'subject of ada',
        requestedScope: record.scope,
        authTime: now,
        grantId: newGrantId().toString('base64url'),
        issuedAt: now,
        expiresAt: epochSeconds(now + 60),
        ...record,
      })
      return code
    },
    /** Status and body of a request for tokens, to the one URL of all grants. */
    token: async (form: Form, headers: Record<string, string> = {}) =>
      brief(await postForm(at('token'), form, headers)),
    revoke: async (form: Form) => brief(await postForm(at('revoke'), form)),
    introspect: async (form: Form) => (await postForm(at('introspect'), form)).body,
    async close() {
      db.destroy()
      await stack.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

export type OperatedStack = Awaited<ReturnType<typeof startOperatedStack>>

function brief({ status, body }: { status: number; body: unknown }) {
  return { status, body: body as Record<string, unknown> }
}
