import type { CloudFormationCustomResourceEvent } from 'aws-lambda'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { customResource } from '../../../functions/rotate-keys/custom-resource.ts'
import { parseKeySet } from '../../../shared/tokens/key-set.ts'
import { lambdaContext } from '../../support/api-gateway-event.ts'
import { captureLog } from '../../support/log-lines.ts'
import { loopbackServer } from '../../support/loopback-server.ts'

const log = captureLog()
let status = 200
let cloudFormation: Awaited<ReturnType<typeof loopbackServer>>
beforeEach(async () => {
  status = 200
  cloudFormation = await loopbackServer(() => ({ status }))
})
afterEach(() => cloudFormation.close())

const names = {
  StackId: 'arn:aws:cloudformation:eu-west-1:123456789012:stack/Scrip/0a1b',
  RequestId: '9f8e7d6c',
  LogicalResourceId: 'InitialKeys',
}
function event(RequestType: 'Create' | 'Update' | 'Delete'): CloudFormationCustomResourceEvent {
  return {
    RequestType,
    ResponseURL: `${cloudFormation.url}/answer?X-Amz-Signature=abc`,
    ServiceToken: lambdaContext.invokedFunctionArn,
    ResourceType: 'Custom::Keys',
    ResourceProperties: { ServiceToken: lambdaContext.invokedFunctionArn },
    ...names,
    ...(RequestType === 'Create' ? {} : { PhysicalResourceId: 'scrip-keys', OldResourceProperties: {} }),
  } as CloudFormationCustomResourceEvent
}
/** What CloudFormation was told. */
const told = () => cloudFormation.requests.map(({ body }) => JSON.parse(body))
const success = { Status: 'SUCCESS', PhysicalResourceId: 'scrip-keys', ...names }
const failure = (reason: string) => ({
  Status: 'FAILED',
  Reason: `${reason} (log stream ${lambdaContext.logStreamName})`,
  PhysicalResourceId: 'scrip-keys',
  ...names,
})

describe('CloudFormation is answered', () => {
  test.each([
    { type: 'Create' as const, runs: 1 },
    { type: 'Update' as const, runs: 1 },
    // The keys outlive the stack, as its tables do.
    { type: 'Delete' as const, runs: 0 },
  ])('SUCCESS for $type, under one physical id', async ({ type, runs }) => {
    let ran = 0
    await customResource(async () => {
      ran += 1
    })(event(type), lambdaContext)
    expect([ran, told()]).toEqual([runs, [success]])
  })

  test('by a PUT to the signed address, without a content type', async () => {
    await customResource(async () => {})(event('Create'), lambdaContext)
    const [{ method, url, headers } = { headers: {} }] = cloudFormation.requests
    expect({ method, url, type: headers['content-type'] }).toEqual({
      method: 'PUT',
      url: '/answer?X-Amz-Signature=abc',
      type: '',
    })
  })
})

describe('a failure is told with its reason', () => {
  test.each([
    { what: 'an error', thrown: new Error('Rate exceeded'), reason: 'Rate exceeded' },
    { what: 'no error at all', thrown: 'hush', reason: 'not an Error' },
    {
      what: 'a long one, cut to what CloudFormation takes',
      thrown: new Error('é'.repeat(5000)),
      reason: 'é'.repeat(1000),
    },
  ])('$what', async ({ thrown, reason }) => {
    await customResource(async () => {
      throw thrown
    })(event('Create'), lambdaContext)
    expect(told()).toEqual([failure(reason)])
    expect(log.facts()).toEqual([
      expect.objectContaining({
        level: 'ERROR',
        message: 'custom resource failed',
        reason: expect.stringContaining(reason),
      }),
    ])
    expect(Buffer.byteLength(cloudFormation.requests[0]?.body ?? '')).toBeLessThan(4096)
  })

  test('and without the secret that could not be read', async () => {
    await customResource(async () => {
      parseKeySet('{"d":"very-private"', 'signing-keys')
    })(event('Update'), lambdaContext)
    expect(told()).toEqual([failure('the secret signing-keys does not hold a key set')])
    expect(log.text()).not.toContain('very-private')
  })
})

test('where CloudFormation takes no answer, the invocation fails, so that Lambda tries again', async () => {
  status = 403
  await expect(customResource(async () => {})(event('Create'), lambdaContext)).rejects.toThrow(
    new Error('CloudFormation took no answer: status 403'),
  )
})
