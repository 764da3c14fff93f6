import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AwsError } from '../../../infra/local/aws/errors.ts'
import type { JsonObject } from '../../../infra/local/json.ts'
import { secretsOperations } from '../../../infra/local/secrets/operations.ts'
import { SecretStore } from '../../../infra/local/secrets/store.ts'

const [first, second, third] = ['1', '2', '3'].map((digit) => digit.repeat(32)) as [string, string, string]

let folder: string
let store: SecretStore

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'secrets-'))
  store = new SecretStore(join(folder, 'secrets.json'))
  store.ensure('keys')
})
afterEach(() => rmSync(folder, { recursive: true }))

function call(operation: string, request: JsonObject): JsonObject {
  return secretsOperations[operation]?.(store, { SecretId: 'keys', ...request }) ?? {}
}

function refusal(operation: string, request: JsonObject): string {
  try {
    return `answered ${JSON.stringify(call(operation, request))}`
  } catch (error) {
    return error instanceof AwsError ? `${error.code}: ${error.message}` : String(error)
  }
}

const put = (id: string, stages?: string[]) =>
  call('PutSecretValue', {
    ClientRequestToken: id,
    SecretString: `value ${id}`,
    ...(stages && { VersionStages: stages }),
  })
const stages = () => call('DescribeSecret', {}).VersionIdsToStages

describe('a version', () => {
  test('is missing until one is put', () => {
    expect(refusal('GetSecretValue', {})).toBe(
      "ResourceNotFoundException: Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    )
  })

  test('is read under AWSCURRENT, by its id, and by its label', () => {
    put(first)
    const { arn } = store.get('keys')
    const expected = {
      ARN: arn,
      Name: 'keys',
      VersionId: first,
      VersionStages: ['AWSCURRENT'],
      CreatedDate: expect.any(Number),
      SecretString: `value ${first}`,
    }
    expect(call('GetSecretValue', {})).toEqual(expected)
    expect(call('GetSecretValue', { SecretId: arn })).toEqual(expected)
    expect(call('GetSecretValue', { VersionId: first })).toEqual(expected)
    expect(call('GetSecretValue', { VersionStage: 'AWSCURRENT' })).toEqual(expected)
  })

  test('that comes first is the current one whatever labels it is given', () => {
    put(first, ['AWSPENDING'])
    expect(stages()).toEqual({ [first]: ['AWSPENDING', 'AWSCURRENT'] })
  })

  test('that comes later moves AWSCURRENT, and AWSPREVIOUS behind it', () => {
    put(first)
    put(second)
    put(third)
    expect(stages()).toEqual({ [second]: ['AWSPREVIOUS'], [third]: ['AWSCURRENT'] })
  })

  test('with a label of its own leaves AWSCURRENT alone', () => {
    put(first)
    put(second, ['AWSPENDING'])
    expect(stages()).toEqual({ [first]: ['AWSCURRENT'], [second]: ['AWSPENDING'] })
  })

  test('put twice with one content is put once', () => {
    put(first)
    put(second)
    expect(put(first)).toMatchObject({ VersionId: first, VersionStages: ['AWSPREVIOUS'] })
    expect(stages()).toEqual({ [first]: ['AWSPREVIOUS'], [second]: ['AWSCURRENT'] })
  })

  test('put twice with two contents is refused', () => {
    put(first)
    expect(refusal('PutSecretValue', { ClientRequestToken: first, SecretString: 'other' })).toBe(
      'ResourceExistsException: A resource with the ID you requested already exists.',
    )
  })

  test('without label is listed only when asked for', () => {
    put(first)
    put(second)
    put(third)
    const ids = (request: JsonObject) =>
      (call('ListSecretVersionIds', request).Versions as JsonObject[]).map(({ VersionId }) => VersionId)
    expect(ids({})).toEqual([second, third])
    expect(ids({ IncludeDeprecated: true })).toEqual([first, second, third])
  })
})

describe('UpdateSecretVersionStage', () => {
  beforeEach(() => {
    put(first)
    put(second, ['AWSPENDING'])
  })

  test('moves AWSCURRENT when its holder is named, and AWSPREVIOUS to that holder', () => {
    call('UpdateSecretVersionStage', {
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: second,
      RemoveFromVersionId: first,
    })
    expect(stages()).toEqual({ [first]: ['AWSPREVIOUS'], [second]: ['AWSPENDING', 'AWSCURRENT'] })
  })

  const refused: readonly [string, JsonObject, string][] = [
    [
      'does not move a label from an unnamed holder',
      { VersionStage: 'AWSCURRENT', MoveToVersionId: second },
      `InvalidParameterException: The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version ${first}, so you must explicitly reference that version in RemoveFromVersionId.`,
    ],
    [
      'does not move a label from another version than its holder: somebody was faster',
      { VersionStage: 'AWSCURRENT', MoveToVersionId: first, RemoveFromVersionId: second },
      `InvalidParameterException: The staging label AWSCURRENT is not currently attached to version ${second} given in RemoveFromVersionId.`,
    ],
    [
      'does not take AWSCURRENT away',
      { VersionStage: 'AWSCURRENT', RemoveFromVersionId: first },
      'InvalidParameterException: You can only move staging label AWSCURRENT to a different secret version. It can’t be completely removed.',
    ],
    [
      'does not move a label to a version that is not there',
      { VersionStage: 'AWSPENDING', MoveToVersionId: third },
      `ResourceNotFoundException: Secrets Manager can't find the specified secret value for VersionId: ${third}`,
    ],
  ]
  test.each(refused)('%s', (_name, request, expected) => {
    expect(refusal('UpdateSecretVersionStage', request)).toBe(expected)
    expect(stages()).toEqual({ [first]: ['AWSCURRENT'], [second]: ['AWSPENDING'] })
  })

  test('takes any other label away', () => {
    call('UpdateSecretVersionStage', { VersionStage: 'AWSPENDING', RemoveFromVersionId: second })
    expect(stages()).toEqual({ [first]: ['AWSCURRENT'] })
  })
})

test('an unknown secret is not found', () => {
  expect(refusal('GetSecretValue', { SecretId: 'nope' })).toBe(
    "ResourceNotFoundException: Secrets Manager can't find the specified secret.",
  )
})

test('secrets survive a restart, under the same ARN, in a file for their owner only', () => {
  put(first)
  const file = join(folder, 'secrets.json')
  const again = new SecretStore(file)
  expect(again.ensure('keys')).toEqual({ secret: store.get('keys'), created: false })
  expect(store.get('keys').arn).toMatch(
    /^arn:aws:secretsmanager:us-east-1:000000000000:secret:keys-[A-Za-z0-9]{6}$/,
  )
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ secrets: { keys: store.get('keys') } })
})
