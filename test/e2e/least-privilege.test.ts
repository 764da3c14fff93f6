import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { synthesize } from '../../infra/local/project/synthesize.ts'
import { type LocalStack, startLocalStack } from '../../infra/local/stack.ts'
import type { Template } from '../../infra/local/template/types.ts'
import { basic, getJson, postForm, type TokenAnswer } from '../support/token-request.ts'

const directory = mkdtempSync(join(tmpdir(), 'scrip-privilege-'))
const assembly = join(directory, 'assembly')
const config = 'infra/presets/buildr.yaml'

beforeAll(async () => {
  await synthesize(
    { config, origin: 'http://127.0.0.1', edge: false, stage: 'prod', folder: assembly },
    () => {},
  )
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** Runs the template without what `transformTemplate` takes away. */
async function withStack<Result>(
  transformTemplate: (template: Template) => Template,
  use: (stack: LocalStack, refusals: readonly string[]) => Promise<Result>,
): Promise<Result> {
  const refusals: string[] = []
  const stack = await startLocalStack({
    port: 0,
    config,
    edge: false,
    stagePath: '/prod',
    dataDir: mkdtempSync(join(directory, 'data-')),
    assembly,
    transformTemplate,
    log: (line) => refusals.push(line),
  })
  try {
    return await use(stack, refusals)
  } finally {
    await stack.close()
  }
}

interface Statement {
  readonly Action: string | readonly string[]
}

/** The template without one action in the policy of one function. */
function without(action: string, functionName: string): (template: Template) => Template {
  return (template) => {
    const changed = structuredClone(template) as unknown as {
      Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>
    }
    let found = 0
    for (const [logicalId, { Type, Properties }] of Object.entries(changed.Resources)) {
      if (Type !== 'AWS::IAM::Policy' || !logicalId.toLowerCase().includes(functionName)) continue
      const document = Properties.PolicyDocument as { Statement: Statement[] }
      const kept = document.Statement.filter((statement) => ![statement.Action].flat().includes(action))
      found += document.Statement.length - kept.length
      document.Statement = kept
    }
    if (found === 0) throw new Error(`no policy of ${functionName} allows ${action}`)
    return changed as unknown as Template
  }
}

async function requestToken(stack: LocalStack): Promise<TokenAnswer> {
  const [client] = (stack.demo.clients ?? []) as unknown as { client_id: string; client_secret: string }[]
  if (!client) throw new Error('the demo data has no client')
  return postForm(
    `${stack.url}/prod/oauth/token`,
    { grant_type: 'client_credentials' },
    { Authorization: basic(client) },
  )
}

const serverError = {
  status: 500,
  body: { error: 'server_error', error_description: 'Something went wrong here. Please try again' },
}

describe('one permission less in the template, and the local stack refuses that very call', () => {
  test.each([
    { function: 'clientcredentials', action: 'dynamodb:GetItem' },
    { function: 'clientcredentials', action: 'dynamodb:UpdateItem' },
    { function: 'clientcredentials', action: 'secretsmanager:GetSecretValue' },
    { function: 'token', action: 'lambda:InvokeFunction' },
  ])('$function without $action', async ({ function: functionName, action }) => {
    await withStack(without(action, functionName), async (stack, refusals) => {
      const { status, body } = await requestToken(stack)
      expect({ status, body }).toEqual(serverError)
      expect(refusals.filter((line) => line.includes('not authorized'))).toEqual([
        expect.stringContaining(`not authorized to perform: ${action}`),
      ])
    })
  })

  test('metadata without secretsmanager:GetSecretValue', async () => {
    await withStack(without('secretsmanager:GetSecretValue', 'metadata'), async (stack) => {
      const { status, body } = await getJson(`${stack.url}/prod/.well-known/jwks.json`)
      expect({ status, body }).toEqual(serverError)
      // What needs no key goes on working.
      expect((await getJson(`${stack.url}/prod/.well-known/openid-configuration`)).status).toBe(200)
    })
  })

  test('nothing less: the same request is served', async () => {
    await withStack(
      (template) => template,
      async (stack, refusals) => {
        expect((await requestToken(stack)).status).toBe(200)
        expect(refusals.filter((line) => line.includes('not authorized'))).toEqual([])
      },
    )
  })
})

test('one Lambda permission less, and API Gateway may not invoke that function', async () => {
  const withoutPermission = (template: Template): Template => {
    const resources = Object.entries(template.Resources)
    const kept = resources.filter(
      ([logicalId, { Type }]) => !(Type === 'AWS::Lambda::Permission' && /metadata/i.test(logicalId)),
    )
    expect(kept).toHaveLength(resources.length - 1)
    return { ...template, Resources: Object.fromEntries(kept) }
  }
  await withStack(withoutPermission, async (stack) => {
    const { status, body } = await getJson(`${stack.url}/prod/.well-known/openid-configuration`)
    expect({ status, body }).toEqual(serverError)
    expect((await requestToken(stack)).status).toBe(200)
  })
})
