import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configOf, distributionConfig } from './reading.ts'
import { account, edgeYaml, type Synthesized, stackNamed, synthesize, synthesizeAll } from './synthesize.ts'

const inUsEast1 = synthesizeAll({ add: edgeYaml })
const inEurope = synthesizeAll({ add: edgeYaml, region: 'eu-central-1' })
const main = stackNamed('Scrip', inUsEast1)
const ownWebAcl = `arn:aws:wafv2:us-east-1:${account}:global/webacl/ours/00000000-0000-0000-0000-000000000000`
const withOwnWebAcl = synthesize({ preset: 'buildr', add: `${edgeYaml}  webAclArn: ${ownWebAcl}\n` })
const origin = 'http://127.0.0.1:3000'
const local = synthesize({ context: { local: { origin, edge: true } } })
const localWithoutEdge = synthesize({
  add: edgeYaml,
  context: { local: { origin, edge: false, stage: 'v1' } },
})

describe('where the edge is', () => {
  it('all in one stack in us-east-1', () => {
    expect(Object.keys(inUsEast1)).toEqual(['Scrip'])
  })

  it('in a companion stack in us-east-1 elsewhere, which learns the API from the other stack', () => {
    expect(Object.keys(inEurope)).toEqual(['Scrip', 'ScripEdge'])
    const { artifacts } = JSON.parse(
      readFileSync(join(stackNamed('Scrip', inEurope).outdir, 'manifest.json'), 'utf8'),
    )
    expect(artifacts.ScripEdge.environment).toBe(`aws://${account}/us-east-1`)
    expect(artifacts.ScripEdge.dependencies).toContain('Scrip')
    for (const type of ['AWS::CloudFront::Distribution', 'AWS::WAFv2::WebACL', 'AWS::Logs::DeliverySource'])
      expect(stackNamed('Scrip', inEurope).resources(type)).toEqual({})
    const [origin] = distributionConfig(stackNamed('ScripEdge', inEurope)).Origins
    expect(JSON.stringify(origin.DomainName)).toMatch(
      /"Fn::GetStackOutput":\{"StackName":"Scrip","Region":"eu-central-1".*execute-api\.eu-central-1\./,
    )
  })

  it('nowhere without an edge in the configuration', () => {
    expect(synthesize({ preset: 'buildr' }).resources('AWS::CloudFront::Distribution')).toEqual({})
  })
})

describe('settings of the edge', () => {
  it("uses the team's own web ACL in place of one", () => {
    expect(withOwnWebAcl.resources('AWS::WAFv2::WebACL')).toEqual({})
    expect(distributionConfig(withOwnWebAcl).WebACLId).toBe(ownWebAcl)
  })

  it('makes the domain the issuer, in the functions as in the outputs', () => {
    expect(main.template.findOutputs('Issuer')).toEqual({ Issuer: { Value: 'https://auth.example.com' } })
    expect(main.template.findOutputs('TokenEndpoint')).toEqual({
      TokenEndpoint: { Value: 'https://auth.example.com/oauth/token' },
    })
    expect(configOf(main).issuer).toBe('https://auth.example.com')
  })
})

describe('the local stack', () => {
  it('takes the same template, with its own origin as issuer and no certificate', () => {
    expect(configOf(local)).toMatchObject({ issuer: 'http://127.0.0.1:3000' })
    expect(configOf(local)).not.toHaveProperty('edge')
    expect(local.template.findOutputs('TokenEndpoint')).toEqual({
      TokenEndpoint: { Value: 'http://127.0.0.1:3000/oauth/token' },
    })
    expect(distributionConfig(local)).not.toHaveProperty('Aliases')
    expect(distributionConfig(local)).not.toHaveProperty('ViewerCertificate')
    expect(types(local)).toEqual(types(main))
  })

  it('without an edge reads the issuer off each request, and serves under the stage', () => {
    expect(configOf(localWithoutEdge)).not.toHaveProperty('issuer')
    expect(configOf(localWithoutEdge)).not.toHaveProperty('edge')
    expect(localWithoutEdge.template.findOutputs('Issuer')).toEqual({
      Issuer: { Value: 'http://127.0.0.1:3000/v1' },
    })
    expect(localWithoutEdge.resources('AWS::CloudFront::Distribution')).toEqual({})
  })
})

function types(stack: Synthesized): string[] {
  const resources: Record<string, { Type: string }> = stack.template.toJSON().Resources
  return [...new Set(Object.values(resources).map(({ Type }) => Type))].sort()
}
