/** The preset `default` with another API behind it, and an API token of the scope `read` that opens it. */
import { type OperatedStack, type Setting, startOperatedStack, withoutLimits } from './operated-stack.ts'
import { type RawRequest, rawRequest } from './raw-request.ts'

export interface ApiStack extends OperatedStack {
  /** Of the account `acme`; its name is beyond ASCII. */
  readonly apiToken: string
  /** Asks with that token. */
  askApi(request: RawRequest): ReturnType<typeof rawRequest>
}

/** @param api the section `api`, in place of the preset's */
export async function startApiStack(
  api: string,
  different: Pick<Setting, 'transformTemplate'> = {},
): Promise<ApiStack> {
  const stack = await startOperatedStack({
    preset: 'default',
    edge: true,
    change: (yaml) => withoutLimits(yaml.replace(/^api: .*$/m, api)),
    seed: {
      accounts: [{ id: 'acme' }],
      api_tokens: [{ name: 'Tökén', account: 'acme', scope: 'read' }],
    },
    ...different,
  })
  const apiToken = String(stack.demo.api_tokens?.find(({ account }) => account === 'acme')?.token)
  return {
    ...stack,
    apiToken,
    askApi: (request) =>
      rawRequest(stack.issuer, {
        ...request,
        headers: [['Authorization', `Bearer ${apiToken}`], ...(request.headers ?? [])],
      }),
  }
}
