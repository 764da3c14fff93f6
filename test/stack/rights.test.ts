import { describe, expect, it } from 'vitest'
import { folders, functionOf, rightsOf, variablesOf } from './reading.ts'
import { synthesize } from './synthesize.ts'

const buildr = synthesize({ preset: 'buildr' })
const standard = synthesize()

/** The one right that each function has: to write its own log. */
const ownLog = (id: string) => [
  `logs:CreateLogStream on <Functions/${id}/Logs.Arn>`,
  `logs:PutLogEvents on <Functions/${id}/Logs.Arn>`,
]

/** Every function of the default preset, and all that it may do and is told. */
const expected = [
  {
    folder: 'token',
    rights: [
      'lambda:InvokeFunction on <Functions/GrantsClientCredentials/Function/Aliaslive>',
      ...ownLog('Token'),
    ],
    variables: {
      GRANT_FUNCTION_CLIENT_CREDENTIALS: '<Functions/GrantsClientCredentials/Function/Aliaslive>',
    },
  },
  {
    folder: 'grants/client_credentials',
    rights: [
      'dynamodb:GetItem on <Tables/Accounts.Arn>',
      'dynamodb:GetItem on <Tables/Clients.Arn>',
      'dynamodb:UpdateItem on <Tables/RateLimits.Arn>',
      ...ownLog('GrantsClientCredentials'),
      'secretsmanager:GetSecretValue on <Secrets/SigningKeys>',
    ],
    variables: {
      ACCOUNTS_TABLE: '<Tables/Accounts>',
      CLIENTS_TABLE: '<Tables/Clients>',
      RATE_LIMITS_TABLE: '<Tables/RateLimits>',
      SIGNING_KEYS_SECRET: '<Secrets/SigningKeys>',
    },
  },
  {
    folder: 'metadata',
    rights: [...ownLog('Metadata'), 'secretsmanager:GetSecretValue on <Secrets/VerificationKeys>'],
    variables: { VERIFICATION_KEYS_SECRET: '<Secrets/VerificationKeys>' },
  },
  {
    folder: 'health',
    rights: [
      'dynamodb:GetItem on <Tables/Clients.Arn> if ' +
        '{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["health"]},"Null":{"dynamodb:LeadingKeys":"false"}}',
      ...ownLog('Health'),
      'secretsmanager:GetSecretValue on <Secrets/VerificationKeys>',
    ],
    variables: { CLIENTS_TABLE: '<Tables/Clients>', VERIFICATION_KEYS_SECRET: '<Secrets/VerificationKeys>' },
  },
  {
    folder: 'rotate-keys',
    rights: [
      ...ownLog('RotateKeys'),
      ...['GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage'].flatMap((action) => [
        `secretsmanager:${action} on <Secrets/SigningKeys>`,
        `secretsmanager:${action} on <Secrets/VerificationKeys>`,
      ]),
    ],
    variables: {
      SIGNING_KEYS_SECRET: '<Secrets/SigningKeys>',
      VERIFICATION_KEYS_SECRET: '<Secrets/VerificationKeys>',
    },
  },
]

describe('least privilege', () => {
  it('knows every function there is', () => {
    expect(folders(standard)).toEqual(expected.map(({ folder }) => folder).sort())
    expect(folders(buildr)).toEqual(folders(standard))
  })

  it.each(expected)('$folder holds these rights and no other', ({ folder, rights }) => {
    expect(rightsOf(standard, folder)).toEqual(rights)
  })

  it.each(expected)('$folder is told what its rights are for, and nothing else', ({ folder, variables }) => {
    expect(variablesOf(standard, folder)).toEqual(variables)
  })

  it('under one rate tier, client_credentials holds exactly clients, the signing keys and the counter', () => {
    expect(rightsOf(buildr, 'grants/client_credentials')).toEqual([
      'dynamodb:GetItem on <Tables/Clients.Arn>',
      'dynamodb:UpdateItem on <Tables/RateLimits.Arn>',
      ...ownLog('GrantsClientCredentials'),
      'secretsmanager:GetSecretValue on <Secrets/SigningKeys>',
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

  it('names no resource by a pattern', () => {
    const policies = Object.values(standard.resources('AWS::IAM::Policy')).map(({ Properties }) => Properties)
    expect(JSON.stringify(policies)).not.toContain('*')
  })
})
