import { CfnResource, Stack } from 'aws-cdk-lib'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { describe, expect, it, vi } from 'vitest'
import { defineApp } from '../../infra/define-app.ts'
import { presetNames } from '../support/presets.ts'
import { folders, functionOf } from './reading.ts'
import { findCycle } from './references.ts'
import { account, edgeYaml, type Synthesized, synthesizeAll, temporaryFolder } from './synthesize.ts'

/** The default preset with as many routes of the team's own as a configuration may have. */
const manyRoutes = (yaml: string) => {
  const routes = Array.from(
    { length: 100 },
    (_, index) => `{ path: /route${index}, methods: [GET], scope: [read], upstream: jobs }`,
  )
  return yaml.replace(
    'api: {}',
    `api: { upstreams: { jobs: { url: "https://jobs.example" } }, routes: [${routes.join(', ')}] }`,
  )
}

/** The default preset with everything on, and as much of the team's own as the configuration's check lets through. */
const everything = {
  add: `${edgeYaml}
upstream:
  { issuer: "https://idp.example.com", clientId: scrip, name: Acme, account: acme, tier: standard,
    clientSecretArn: "arn:aws:secretsmanager:us-east-1:${account}:secret:idp-AbCdEf" }
vend:
  issuers: [{ kind: buildkite, organization: acme, audience: scrip }]
  github: { organization: acme, appId: "1" }
  profiles: "acme:ci:profiles.yaml"
`,
  change(yaml: string) {
    // With an upstream's secret and two tiers they make the 240 resources that a configuration may have.
    const paths = [...Array.from({ length: 77 }, (_, index) => `/route${index}/jobs`), '/jobs']
    const routes = paths.map((path) => `{ path: ${path}, methods: [GET], scope: [read], upstream: jobs }`)
    return yaml
      .replace(
        'api: {}',
        `api: { upstreams: { jobs: { url: "https://jobs.example" } }, routes: [${routes.join(', ')}] }`,
      )
      .replace(/^grants:$/m, 'grants:\n  password: {}')
  },
}

/** The largest deployments: all in one stack, and across two. */
const stacks = [
  ...presetNames.flatMap((preset) => Object.values(synthesizeAll({ preset, add: edgeYaml }))),
  ...Object.values(synthesizeAll({ add: edgeYaml, change: manyRoutes })),
  ...Object.values(synthesizeAll({ add: edgeYaml, region: 'eu-central-1' })),
]
const largest = Object.values(synthesizeAll(everything))

describe('limits of AWS', () => {
  it('has fewer than 450 resources a stack, of the 500 that CloudFormation takes', () => {
    for (const stack of stacks)
      expect(Object.keys(stack.template.toJSON().Resources).length).toBeLessThan(450)
  })

  it('has room in one stack for the largest configuration, everything else on', () => {
    const [stack] = largest
    const count = Object.keys(stack?.template.toJSON().Resources).length
    expect(count).toBeLessThan(500)
    expect(count).toBeGreaterThan(480) // else the configuration's check could let more through
  })

  it('stays far below the 20,480 bytes of a function policy, whatever its number of routes', () => {
    for (const stack of stacks)
      for (const folder of folders(stack)) {
        const permissions = permissionsOf(stack, folder)
        expect(permissions.length).toBe(folder === 'rotate-keys' ? 0 : 1)
        expect(JSON.stringify(permissions.map(asStatement)).length).toBeLessThan(20_480)
      }
  })
})

describe('the resource graph', () => {
  it('has no cycle', () => {
    for (const stack of stacks) expect(findCycle(stack.template.toJSON())).toBeUndefined()
  })

  it('would show one, through each way of naming another resource', () => {
    const named = (value: unknown, more = {}) => ({ Type: 'Any', Properties: { value }, ...more })
    const Resources = {
      A: named({ Ref: 'B' }),
      B: named([{ 'Fn::GetAtt': ['C', 'Arn'] }]),
      C: named({ 'Fn::Join': ['', ['x', { 'Fn::Sub': `${'$'}{D.Arn}/x` }]] }),
      D: named('x', { DependsOn: ['E'] }),
      E: named({ 'Fn::GetAtt': 'A.Arn' }),
      F: named({ Ref: 'A' }),
    }
    expect(findCycle({ Resources })).toEqual(['A', 'B', 'C', 'D', 'E', 'A'])
    expect(findCycle({ Resources: { ...Resources, E: named({ Ref: 'AWS::Region' }) } })).toBeUndefined()
  })
})

describe('synthesis fails', () => {
  it('on a resource that cdk-nag finds fault with', () => {
    const { app, stack } = deployment()
    new Bucket(stack, 'Careless')
    expect(() => app.synth()).toThrow(/AwsSolutions-S10/)
  })

  it("on a template that CloudFormation's own rules refuse", () => {
    const { app, stack } = deployment()
    new CfnResource(stack, 'Wrong', { type: 'AWS::SNS::Topic', properties: { TopicNam: 'misspelled' } })
    expect(() => app.synth()).toThrow(/TopicNam/)
  })

  it('on a cycle', () => {
    const { app, stack } = deployment()
    const [first, second] = ['First', 'Second'].map(
      (id) => new CfnResource(stack, id, { type: 'AWS::SNS::Topic' }),
    )
    first?.addPropertyOverride('DisplayName', second?.ref)
    second?.addPropertyOverride('DisplayName', first?.ref)
    expect(() => app.synth()).toThrow(/[Cc]ircular|[Cc]ycle/)
  })
})

function deployment(): { app: ReturnType<typeof defineApp>; stack: Stack } {
  vi.spyOn(console, 'error').mockReturnValue()
  const outdir = temporaryFolder()
  const app = defineApp({ CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: 'us-east-1' }, { outdir })
  const stack = app.node.children.find((child) => Stack.isStack(child))
  if (stack === undefined) throw new Error('the app has no stack')
  return { app, stack }
}

function permissionsOf(stack: Synthesized, folder: string) {
  const alias = `<${functionOf(stack, folder).path}/Aliaslive>`
  return Object.values(stack.resources('AWS::Lambda::Permission'))
    .map(({ Properties }) => stack.readable(Properties) as Record<string, string>)
    .filter(({ FunctionName }) => FunctionName === alias)
}

/** As Lambda writes a permission into the function's policy, with ids as long as they get. */
function asStatement({ Action, Principal, SourceArn, FunctionName }: Record<string, string>) {
  return {
    Sid: 'x'.repeat(100),
    Effect: 'Allow',
    Principal: { Service: Principal },
    Action,
    Resource: `arn:aws:lambda:eu-central-1:${account}:function:${FunctionName}:live`,
    Condition: { ArnLike: { 'AWS:SourceArn': SourceArn } },
  }
}
