import { describe, expect, it } from 'vitest'
import { folders, rightsOf, variablesOf } from './reading.ts'
import { synthesize } from './synthesize.ts'

const deployment = synthesize({ preset: 'buildr' })
const tables = deployment.resources('AWS::DynamoDB::Table')

/** The design's storage table: keys, index, whether items expire, whether it can be restored to a point in time. */
const design: Record<string, { key: string; index?: string; expires: boolean; recoverable: boolean }> = {
  Clients: { key: 'clientId', index: 'byAccount: account clientId', expires: false, recoverable: true },
  Accounts: { key: 'accountId', expires: false, recoverable: true },
  Users: { key: 'username', expires: false, recoverable: true },
  Consents: { key: 'username clientId', expires: false, recoverable: true },
  AuthorizationCodes: { key: 'codeHash', expires: true, recoverable: false },
  Grants: { key: 'gid', index: 'bySubject: subject gid', expires: true, recoverable: true },
  Tokens: { key: 'tokenHash', index: 'byAccount: account tokenHash', expires: true, recoverable: false },
  RateLimits: { key: 'subject windowStart:N', expires: true, recoverable: false },
  VendedTokens: { key: 'cacheKey', expires: true, recoverable: false },
  Profiles: { key: 'cacheKey', expires: true, recoverable: false },
}

describe('tables', () => {
  it('are those of the design, under each preset', () => {
    expect(Object.keys(tables).sort()).toEqual(
      Object.keys(design)
        .map((name) => `Tables/${name}`)
        .sort(),
    )
  })

  it.each(Object.entries(design))('%s is keyed, kept and protected as designed', (name, wanted) => {
    const { Properties, DeletionPolicy, UpdateReplacePolicy } = tables[`Tables/${name}`] ?? {}
    expect({ DeletionPolicy, UpdateReplacePolicy }).toEqual({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    })
    const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes = [], ...settings } = Properties
    expect(keyOf(KeySchema, AttributeDefinitions)).toBe(wanted.key)
    expect(GlobalSecondaryIndexes.map((index: Index) => indexOf(index, AttributeDefinitions))).toEqual(
      wanted.index ? [`${wanted.index} (KEYS_ONLY)`] : [],
    )
    // What is not here is off or AWS's default: no fixed name, no provisioned units, no stream.
    expect(settings).toEqual({
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: true,
      SSESpecification: { SSEEnabled: false }, // always encrypted: this is to say with DynamoDB's own key
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: wanted.recoverable },
      ...(wanted.expires && { TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true } }),
    })
  })
})

describe('key secrets', () => {
  it('start without a value, and outlive the stack', () => {
    const secrets = deployment.resources('AWS::SecretsManager::Secret')
    expect(Object.keys(secrets)).toEqual([
      'Secrets/SigningKeys',
      'Secrets/VerificationKeys',
      'UpstreamSecrets/Buildr',
    ])
    for (const path of ['Secrets/SigningKeys', 'Secrets/VerificationKeys']) {
      const { Properties, DeletionPolicy, UpdateReplacePolicy } = secrets[path] ?? {}
      expect(Object.keys(Properties)).toEqual(['Description'])
      expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(['Retain', 'Retain'])
    }
  })

  it('get their first keys from rotate-keys, before the stage opens', () => {
    expect(deployment.resources('Custom::ScripKeys')).toEqual({
      'InitialKeys/Keys/Default': expect.objectContaining({
        Properties: {
          ServiceToken: { 'Fn::GetAtt': [expect.stringContaining('RotateKeysFunction'), 'Arn'] },
          ServiceTimeout: '90',
          algorithm: 'ES256',
          // With another secret in use, CloudFormation calls again.
          secrets: ['signingKeys', 'verificationKeys'],
        },
      }),
    })
    const [stage] = Object.values(deployment.resources('AWS::ApiGateway::Stage'))
    expect(stage?.DependsOn.map((id: string) => deployment.path(id))).toContain('InitialKeys/Keys/Default')
  })
})

describe('Buildkite’s token', () => {
  const right = 'secretsmanager:GetSecretValue on <Secrets/BuildkiteToken>'
  const vending = (issuer: string) =>
    synthesize({
      preset: 'ci',
      change: (yaml) => yaml.replace('{ kind: buildkite, organization: acme, audience: scrip }', issuer),
    })
  const secretsOf = (stack: typeof deployment) => Object.keys(stack.resources('AWS::SecretsManager::Secret'))

  it('has a secret, which vending alone may read, where one of its organizations is believed', () => {
    const stack = vending('{ kind: buildkite, organization: acme, audience: scrip }')
    expect(secretsOf(stack)).toEqual(['Secrets/VendKeys', 'Secrets/GithubAppKey', 'Secrets/BuildkiteToken'])
    expect(folders(stack).filter((folder) => rightsOf(stack, folder).includes(right))).toEqual(['vend'])
    expect(Object.keys(stack.template.findOutputs('BuildkiteTokenSecret'))).toHaveLength(1)
  })

  it('has none where Buildkite is asked nothing', () => {
    const stack = vending('{ kind: github_actions, ownerId: "65", audience: scrip }')
    expect(secretsOf(stack)).toEqual(['Secrets/VendKeys', 'Secrets/GithubAppKey'])
    expect(rightsOf(stack, 'vend')).not.toContain(right)
    expect(variablesOf(stack, 'vend')).not.toHaveProperty('BUILDKITE_TOKEN_SECRET')
    expect(stack.template.findOutputs('BuildkiteTokenSecret')).toEqual({})
  })
})

describe('the secret that an upstream knows us by', () => {
  it('is drawn when it is made, and outlives the stack, since the upstream’s owner has copied it', () => {
    const secret = deployment.resources('AWS::SecretsManager::Secret')['UpstreamSecrets/Buildr']
    expect(secret).toEqual({
      Type: 'AWS::SecretsManager::Secret',
      Properties: {
        Description: 'Sent to the upstream buildr with each request, as x-scrip-secret',
        GenerateSecretString: { PasswordLength: 43, ExcludePunctuation: true },
      },
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    })
  })

  it('is the operator’s own where the configuration names one, and then none is made', () => {
    const arn = 'arn:aws:secretsmanager:us-east-1:111111111111:secret:jobs-AbCdEf'
    const own = synthesize({
      preset: 'buildr',
      change: (yaml) => yaml.replace('https://buildr.example', `https://buildr.example, secretArn: "${arn}"`),
    })
    expect(own.resources('AWS::SecretsManager::Secret')).not.toHaveProperty('UpstreamSecrets/Buildr')
    expect(own.template.findOutputs('UpstreamBuildrSecret')).toEqual({ UpstreamBuildrSecret: { Value: arn } })
    expect(rightsOf(own, 'api')).toContain(`secretsmanager:GetSecretValue on ${arn}`)
  })
})

interface KeyElement {
  readonly AttributeName: string
  readonly KeyType: string
}
interface Attribute {
  readonly AttributeName: string
  readonly AttributeType: string
}
interface Index {
  readonly IndexName: string
  readonly KeySchema: readonly KeyElement[]
  readonly Projection: { readonly ProjectionType: string }
}

/** Key attributes, partition key first, with the type where it is not a string. */
function keyOf(schema: readonly KeyElement[], attributes: readonly Attribute[]): string {
  return ['HASH', 'RANGE']
    .flatMap((type) => schema.filter(({ KeyType }) => KeyType === type))
    .map(({ AttributeName }) => {
      const type = attributes.find((attribute) => attribute.AttributeName === AttributeName)?.AttributeType
      return type === 'S' ? AttributeName : `${AttributeName}:${type}`
    })
    .join(' ')
}

function indexOf({ IndexName, KeySchema, Projection }: Index, attributes: readonly Attribute[]): string {
  return `${IndexName}: ${keyOf(KeySchema, attributes)} (${Projection.ProjectionType})`
}
