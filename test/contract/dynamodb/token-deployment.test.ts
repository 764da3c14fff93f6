import { beforeAll, describe, expect, test } from 'vitest'
import {
  connect as connectAws,
  issuingServices,
  tokenDeployment,
} from '../../../shared/http/token-deployment.ts'
import { accountStore } from '../../../shared/stores/accounts.ts'
import { machineClient } from '../../support/clients.ts'
import { useEngine } from '../../support/dynamodb.ts'
import { newGrant, storedToken } from '../../support/grants.ts'
import { preset } from '../../support/presets.ts'

const { connect, tableName } = useEngine()
const config = preset('default')
const environment = () => ({
  CLIENTS_TABLE: tableName('clients'),
  ACCOUNTS_TABLE: tableName('accounts'),
  RATE_LIMITS_TABLE: tableName('rateLimits'),
  SIGNING_KEYS_SECRET: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:signing-keys-AbCdEf',
})

beforeAll(async () => {
  const accounts = accountStore(await connect(), tableName('accounts'))
  await accounts.create({ accountId: 'premium', tier: 'premium' })
  await accounts.create({ accountId: 'plain' })
  await accounts.create({ accountId: 'dropped', tier: 'gold' })
  await accounts.create({ accountId: 'prototype', tier: 'constructor' })
})

describe('the rate tier of a client', () => {
  test.each([
    { what: 'its account’s', account: 'premium', requestsPerMinute: 6000 },
    { what: 'the default where its account names none', account: 'plain', requestsPerMinute: 600 },
    { what: 'the default where its account’s tier is no more', account: 'dropped', requestsPerMinute: 600 },
    {
      what: 'the default where its account’s tier is a member of objects',
      account: 'prototype',
      requestsPerMinute: 600,
    },
    { what: 'the default where its account is unknown', account: 'nobody', requestsPerMinute: 600 },
    { what: 'the default where it has no account', account: undefined, requestsPerMinute: 600 },
  ])('is $what', async ({ account, requestsPerMinute }) => {
    const { tierOf } = tokenDeployment(config, connectAws(environment()))
    const client = machineClient(account === undefined ? {} : { account })
    const name = requestsPerMinute === 6000 ? 'premium' : 'standard'
    expect(await tierOf(client)).toEqual({ name, requestsPerMinute })
  })

  test('needs no accounts table where there is one tier alone', async () => {
    const { ACCOUNTS_TABLE: _, ...without } = environment()
    const { tierOf } = tokenDeployment(preset('buildr'), connectAws(without))
    expect(await tierOf(machineClient({ account: 'premium' }))).toEqual({
      name: 'standard',
      requestsPerMinute: 600,
    })
  })
})

describe('a function that was deployed without what it needs', () => {
  const without = (name: string) => connectAws({ ...environment(), [name]: undefined })
  const fault = (name: string) => new Error(`environment variable ${name} is not set`)

  test.each(['CLIENTS_TABLE', 'ACCOUNTS_TABLE', 'RATE_LIMITS_TABLE'])('names %s, at its start', (name) => {
    expect(() => tokenDeployment(config, without(name))).toThrow(fault(name))
  })

  const services = (name: string) => issuingServices(config, without(name))('https://issuer.example')
  test.each([
    { name: 'SIGNING_KEYS_SECRET', use: () => services('SIGNING_KEYS_SECRET').signingKey() },
    { name: 'REFRESH_KEYS_SECRET', use: () => services('REFRESH_KEYS_SECRET').refreshKeys() },
    { name: 'GRANTS_TABLE', use: async () => services('GRANTS_TABLE').grants.create(newGrant()) },
    { name: 'TOKENS_TABLE', use: async () => services('TOKENS_TABLE').tokens.create(storedToken()) },
  ])('names $name at its first use: not every function has it', async ({ name, use }) => {
    await expect(use()).rejects.toEqual(fault(name))
  })
})
