import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Template } from '../../infra/local/template/types.ts'
import { sha256 } from '../../shared/protocol/hash.ts'
import { type ApiStack, startApiStack } from '../support/api-stack.ts'
import type { RawRequest } from '../support/raw-request.ts'

const functionArn = 'arn:aws:lambda:eu-west-1:123456789012:function'
const api = `
api:
  upstreams:
    reports: { functionArn: "${functionArn}:reports:live" }
    secrets: { functionArn: "${functionArn}:secrets" }
  routes:
    - { path: "/reports/{report+}", methods: [GET, POST], scope: [read], upstream: reports }
    - { path: /secrets, methods: [GET], scope: [read], upstream: secrets }
`
/** The right to invoke one of the two, turned into that to another function. */
function withoutSecrets(template: Template): Template {
  const text = JSON.stringify(template)
  expect(text).toContain(`${functionArn}:secrets`)
  return JSON.parse(text.replaceAll(`${functionArn}:secrets`, `${functionArn}:others`))
}

describe('an upstream that is a function of another account', () => {
  let stack: ApiStack
  beforeAll(async () => {
    stack = await startApiStack(api, { transformTemplate: withoutSecrets })
  })
  afterAll(() => stack?.close())

  const ask = (request: RawRequest) => stack.askApi(request)

  test('gets an event as API Gateway’s, which names the caller and has no credential', async () => {
    const { status, body, text } = await ask({
      method: 'POST',
      path: '/reports/2024/%61%20b?x=1&x=2',
      headers: [
        ['Content-Type', 'text/plain; charset=utf-8'],
        ['Cookie', 'session=stolen'],
        ['X-Scrip-Subject', 'root'],
        ['X-Forwarded-For', '6.6.6.6'],
        ['User-Agent', 'curl'],
      ],
      body: 'über',
    })
    const { requestId, authorizer, ...requestContext } = (body as Body).event.requestContext
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        service: 'sample',
        function: `${functionArn}:reports:live`,
        event: {
          resource: '/reports/{report+}',
          path: '/reports/2024/a%20b',
          httpMethod: 'POST',
          headers: { 'x-scrip-subject': 'acme', 'x-forwarded-for': '127.0.0.1' },
          multiValueQueryStringParameters: { x: ['1', '2'] },
          pathParameters: { report: '2024/a b' },
          body: 'über',
          isBase64Encoded: false,
        },
      },
    })
    expect(requestContext).toEqual({
      httpMethod: 'POST',
      resourcePath: '/reports/{report+}',
      path: '/reports/2024/a%20b',
      stage: 'prod',
      identity: { sourceIp: '127.0.0.1', userAgent: expect.any(String) },
    })
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/)
    expect(authorizer).toEqual({
      principalId: 'acme',
      kind: 'api_token',
      tokenId: sha256(stack.apiToken),
      name: 'Tökén',
      subject: 'acme',
      account: 'acme',
      scope: 'read',
      tier: 'standard',
      issuedAt: expect.stringMatching(/^\d+$/),
    })
    expect(text).not.toMatch(new RegExp(`${stack.apiToken}|stolen|root|6\\.6\\.6\\.6`))
  })

  test('that the function’s role may not invoke is a 502; why, only the log tells', async () => {
    const { status, body } = await ask({ path: '/secrets' })
    expect({ status, body }).toEqual({
      status: 502,
      body: {
        error: 'server_error',
        error_description: 'The service behind this address gave no proper answer',
      },
    })
    const lines = stack.functionNames.flatMap((name) => stack.logs(name))
    expect(lines.filter((line) => line.includes('upstream secrets: AccessDeniedException'))).toHaveLength(1)
    expect((await ask({ path: '/reports/a' })).status).toBe(200)
  })
})

interface Body {
  readonly event: { readonly requestContext: Readonly<Record<string, unknown>> }
}
