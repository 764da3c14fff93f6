import { describe, expect, it } from 'vitest'
import { withProfilesOnGitHub } from '../support/presets.ts'
import {
  type ExpectedRights,
  ofBuddy,
  ofBuildbutler,
  ofBuildr,
  ofButlr,
  ofCi,
  ofCiWithFile,
  ofDefault,
} from './expected-rights.ts'
import { folders, functionOf, rightsOf, variablesOf } from './reading.ts'
import { edgeYaml, synthesize } from './synthesize.ts'

const buildr = synthesize({ preset: 'buildr' })
const standard = synthesize()
const buddy = synthesize({ preset: 'buddy' })

/** Put behind a preset, it vends GitHub tokens as well. */
const vendYaml = `
vend:
  issuers: [{ kind: buildkite, organization: acme, audience: scrip }]
  github: { organization: acme, appId: "1" }
  profiles: {}
`

/** As `rightsOf` writes them: the one right that each function has is to write its own log. */
function written(id: string, rights: ExpectedRights): string[] {
  const { tables = {}, reads = [], rotates = [], invokes = [], upstreams = [] } = rights
  const onTables = Object.entries(tables).flatMap(([name, actions]) => {
    const [table, index] = name.split('/index/')
    const resource = `<Tables/${table}.Arn>${index === undefined ? '' : `/index/${index}`}`
    return actions.map(
      (action) => `dynamodb:${action.replace(/ o[nf] .*/, '')} on ${resource}${conditionOf(action)}`,
    )
  })
  const replaced = ['GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage'].flatMap((action) =>
    rotates.map((name) => `secretsmanager:${action} on <Secrets/${name}>`),
  )
  return [
    ...onTables,
    ...invokes.map((name) => `lambda:InvokeFunction on <Functions/${name}/Function/Aliaslive>`),
    `logs:CreateLogStream on <Functions/${id}/Logs.Arn>`,
    `logs:PutLogEvents on <Functions/${id}/Logs.Arn>`,
    ...reads.map((name) => `secretsmanager:GetSecretValue on <Secrets/${name}>`),
    ...upstreams.map((name) => `secretsmanager:GetSecretValue on <UpstreamSecrets/${name}>`),
    ...(rights.managesApiKeys ? managedKeys : []),
    ...replaced,
  ].sort()
}

/** Of API Gateway's control plane: no API, no stage, and no plan's own settings. */
const managedKeys = [
  'DELETE on /apikeys/*',
  'GET on /apikeys',
  'GET on /usageplans',
  'GET on /usageplans/*/keys',
  'POST on /apikeys',
  'POST on /usageplans/*/keys',
].map((right) => `apigateway:${right.replace('on ', 'on arn:aws:apigateway:us-east-1::')}`)

/**
 * Exactly the items with that partition key, or with keys like it, and an item there must be; or exactly those attributes, and no
 * other of the item in the answer.
 */
function conditionOf(action: string): string {
  const attributes = / of (.*)/.exec(action)?.[1]?.split(', ')
  if (attributes !== undefined) {
    const condition = {
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': attributes },
      Null: { 'dynamodb:Attributes': 'false' },
      StringEqualsIfExists: { 'dynamodb:ReturnValues': ['NONE', 'UPDATED_OLD', 'UPDATED_NEW'] },
    }
    return ` if ${JSON.stringify(condition)}`
  }
  const [, likeness, key] = / on (the key|keys like) (.*)/.exec(action) ?? []
  if (key === undefined) return ''
  const condition = {
    [`ForAllValues:${likeness === 'keys like' ? 'StringLike' : 'StringEquals'}`]: {
      'dynamodb:LeadingKeys': [key],
    },
    Null: { 'dynamodb:LeadingKeys': 'false' },
  }
  return ` if ${JSON.stringify(condition)}`
}

/** The variables that go with the rights: a name for each table and secret, an ARN for each function. */
function toldWith(rights: ExpectedRights): Record<string, unknown> {
  const { tables = {}, reads = [], rotates = [], invokes = [], upstreams = [] } = rights
  const named = Object.keys(tables).map((name) => name.split('/')[0] ?? '')
  return Object.fromEntries([
    ...named.map((name) => [`${upperCase(name)}_TABLE`, `<Tables/${name}>`]),
    ...[...reads, ...rotates].map((name) => [`${upperCase(name)}_SECRET`, `<Secrets/${name}>`]),
    ...upstreams.map((name) => [`UPSTREAM_${upperCase(name)}_SECRET`, `<UpstreamSecrets/${name}>`]),
    ...invokes.map((name) => [
      upperCase(name).replace('GRANTS_', 'GRANT_FUNCTION_'),
      `<Functions/${name}/Function/Aliaslive>`,
    ]),
    // The stack's own UUID, which no other deployment has.
    ...(rights.namesSharedKeys
      ? [['SHARED_API_KEY', { 'Fn::Select': [2, { 'Fn::Split': ['/', '<AWS::StackId>'] }] }]]
      : []),
  ])
}

function upperCase(pascal: string): string {
  return pascal.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()
}

function pascalCase(folder: string): string {
  return folder.replaceAll(/(?:^|[/_-])([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

describe.each([
  { preset: 'default', stack: standard, expected: ofDefault },
  { preset: 'buildr', stack: buildr, expected: ofBuildr },
  { preset: 'buddy', stack: buddy, expected: ofBuddy },
  { preset: 'buildbutler', stack: synthesize({ preset: 'buildbutler' }), expected: ofBuildbutler },
  { preset: 'butlr', stack: synthesize({ preset: 'butlr' }), expected: ofButlr },
  { preset: 'ci', stack: synthesize({ preset: 'ci' }), expected: ofCi },
  {
    preset: 'ci with its profiles on GitHub',
    stack: synthesize({ preset: 'ci', change: withProfilesOnGitHub }),
    expected: ofCiWithFile,
  },
])('least privilege under $preset', ({ stack, expected }) => {
  it('knows every function there is', () => {
    expect(folders(stack)).toEqual(Object.keys(expected).sort())
  })

  it.each(Object.entries(expected))('%s holds these rights and no other', (folder, rights) => {
    expect(rightsOf(stack, folder)).toEqual(written(pascalCase(folder), rights))
  })

  it.each(Object.entries(expected))(
    '%s is told what its rights are for, and nothing else',
    (folder, rights) => {
      expect(variablesOf(stack, folder)).toEqual(toldWith(rights))
    },
  )
})

describe('least privilege', () => {
  it('behind an edge, who limits strangers or writes down their address may read its secret, and nobody else', () => {
    const edge = synthesize({ preset: 'butlr', add: edgeYaml + vendYaml, region: 'us-east-1' })
    const knowing = folders(edge).filter((folder) =>
      rightsOf(edge, folder).some((right) => right.includes('<OriginSecret/Secret>')),
    )
    expect(knowing).toEqual([
      'authorize',
      'authorizer',
      'grants/authorization_code',
      'grants/client_credentials',
      'grants/password',
      'grants/refresh_token',
      'introspect',
      'leaked',
      'revoke',
      'userinfo',
      'vend',
    ])
  })

  it('gives each function a role of its own, without managed or inline policies', () => {
    const roles = folders(standard).map(
      (folder) => functionOf(standard, folder).Properties.Role['Fn::GetAtt'][0],
    )
    expect(new Set(roles).size).toBe(roles.length)
    for (const role of roles) {
      const { Properties } = standard.resources('AWS::IAM::Role')[standard.path(role)] ?? {}
      expect(Properties).toEqual({
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } },
          ],
        },
      })
    }
  })

  it('names no resource by a pattern, save keys that API Gateway names itself', () => {
    const wild = folders(standard).flatMap((folder) =>
      rightsOf(standard, folder)
        .filter((right) => right.replace(/ if .*/, '').includes('*'))
        .map((right) => `${folder}: ${right}`),
    )
    expect(wild).toEqual(
      managedKeys.filter((right) => right.includes('*')).map((right) => `api-keys: ${right}`),
    )
  })

  it('lets a function of the team’s own be called by its ARN, and by the API alone', () => {
    const arn = 'arn:aws:lambda:us-east-1:111111111111:function:jobs:live'
    const upstreams = `upstreams: { jobs: { functionArn: "${arn}" } }`
    const route = 'routes: [{ path: /jobs, methods: [GET], scope: [read], upstream: jobs }]'
    const own = synthesize({ change: (yaml) => yaml.replace('api: {}', `api: { ${upstreams}, ${route} }`) })
    const calling = folders(own).filter((folder) =>
      rightsOf(own, folder).includes(`lambda:InvokeFunction on ${arn}`),
    )
    expect(calling).toEqual(['api'])
    expect(rightsOf(own, 'api')).toEqual([
      `lambda:InvokeFunction on ${arn}`,
      'logs:CreateLogStream on <Functions/Api/Logs.Arn>',
      'logs:PutLogEvents on <Functions/Api/Logs.Arn>',
    ])
    expect(variablesOf(own, 'api')).toEqual({})
  })
})
