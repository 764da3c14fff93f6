/**
 * Secrets Manager's operations, with the conditions and messages of the service.
 *
 * Each takes the request's JSON and gives the response's; faults are thrown as AwsError.
 */
import { randomUUID } from 'node:crypto'
import { AwsError } from '../aws/errors.ts'
import type { Json, JsonObject } from '../json.ts'
import { type SecretStore, type SecretValue, versionWithLabel } from './store.ts'
import { current, type Secret, type SecretVersion } from './types.ts'

type Operation = (store: SecretStore, request: JsonObject) => JsonObject

const maximumValueBytes = 65_536

export const secretsOperations: Readonly<Record<string, Operation>> = {
  GetSecretValue(store, request) {
    const secret = store.get(required(request, 'SecretId'))
    const [versionId, version] = selectVersion(secret, text(request.VersionId), text(request.VersionStage))
    return {
      ...identify(secret),
      VersionId: versionId,
      VersionStages: version.stages,
      CreatedDate: version.createdDate,
      ...(version.secretString === undefined ? {} : { SecretString: version.secretString }),
      ...(version.secretBinary === undefined ? {} : { SecretBinary: version.secretBinary }),
    }
  },

  PutSecretValue(store, request) {
    const secret = store.get(required(request, 'SecretId'))
    const versionId = text(request.ClientRequestToken) ?? randomUUID()
    if (versionId.length < 32 || versionId.length > 64) {
      throw invalidParameter('You must provide a ClientRequestToken value between 32 and 64 characters.')
    }
    const version = store.put(secret, versionId, secretValueOf(request), labelsOf(request))
    return {
      ...identify(secret),
      VersionId: versionId,
      VersionStages: version.stages,
    }
  },

  UpdateSecretVersionStage(store, request) {
    const secret = store.get(required(request, 'SecretId'))
    const label = required(request, 'VersionStage')
    const to = text(request.MoveToVersionId)
    assertLabelMayMove(secret, label, text(request.RemoveFromVersionId), to)
    store.moveLabel(secret, label, to)
    return identify(secret)
  },

  DescribeSecret(store, request) {
    const secret = store.get(required(request, 'SecretId'))
    const labelled = Object.entries(secret.versions).filter(([, { stages }]) => stages.length > 0)
    return {
      ...identify(secret),
      CreatedDate: secret.createdDate,
      ...(secret.description === undefined ? {} : { Description: secret.description }),
      VersionIdsToStages: Object.fromEntries(labelled.map(([id, { stages }]) => [id, stages])),
    }
  },

  ListSecretVersionIds(store, request) {
    const secret = store.get(required(request, 'SecretId'))
    const versions = Object.entries(secret.versions)
      .filter(([, { stages }]) => request.IncludeDeprecated === true || stages.length > 0)
      .map(([VersionId, { stages, createdDate }]) => ({
        VersionId,
        CreatedDate: createdDate,
        ...(stages.length > 0 ? { VersionStages: stages } : {}),
      }))
    return { ...identify(secret), Versions: versions }
  },
}

function identify(secret: Secret): { readonly [key: string]: Json } {
  return { ARN: secret.arn, Name: secret.name }
}

function selectVersion(
  secret: Secret,
  id: string | undefined,
  stage: string | undefined,
): [string, SecretVersion] {
  if (id === undefined) {
    const label = stage ?? current
    const found = versionWithLabel(secret, label)
    if (found) return [...found]
    throw notFound(`Secrets Manager can't find the specified secret value for staging label: ${label}`)
  }
  const version = secret.versions[id]
  if (!version) throw notFound(`Secrets Manager can't find the specified secret value for VersionId: ${id}`)
  if (stage !== undefined && !version.stages.includes(stage)) {
    throw new AwsError(
      'InvalidRequestException',
      'You provided a VersionStage that is not associated to the provided VersionId.',
    )
  }
  return [id, version]
}

/** @throws AwsError in the cases in which the service refuses to move the label. */
function assertLabelMayMove(
  secret: Secret,
  label: string,
  from: string | undefined,
  to: string | undefined,
): void {
  for (const id of [from, to]) {
    if (id !== undefined && !secret.versions[id]) {
      throw notFound(`Secrets Manager can't find the specified secret value for VersionId: ${id}`)
    }
  }
  if (from === undefined && to === undefined) {
    throw invalidParameter('You must specify MoveToVersionId, RemoveFromVersionId, or both.')
  }
  if (to === undefined && label === current) {
    throw invalidParameter(
      `You can only move staging label ${label} to a different secret version. It can’t be completely removed.`,
    )
  }
  const holder = versionWithLabel(secret, label)?.[0]
  if (holder === undefined || holder === to) {
    if (from !== undefined && from !== holder) throw notAttached(label, from)
    return
  }
  if (from === undefined) {
    throw invalidParameter(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${label} is currently attached to version ${holder}, so you must explicitly reference that version in RemoveFromVersionId.`,
    )
  }
  if (from !== holder) throw notAttached(label, from)
}

function notAttached(label: string, versionId: string): AwsError {
  return invalidParameter(
    `The staging label ${label} is not currently attached to version ${versionId} given in RemoveFromVersionId.`,
  )
}

function secretValueOf(request: JsonObject): SecretValue {
  const secretString = text(request.SecretString)
  const secretBinary = text(request.SecretBinary)
  if ((secretString === undefined) === (secretBinary === undefined)) {
    throw invalidParameter('You must provide either SecretString or SecretBinary, but not both.')
  }
  const bytes =
    secretString === undefined ? Buffer.from(secretBinary ?? '', 'base64') : Buffer.from(secretString)
  if (bytes.length > maximumValueBytes) {
    throw new AwsError(
      'ValidationException',
      `Member must have length less than or equal to ${maximumValueBytes}`,
    )
  }
  return secretString === undefined ? { secretBinary: secretBinary ?? '' } : { secretString }
}

function labelsOf(request: JsonObject): readonly string[] | undefined {
  return Array.isArray(request.VersionStages) ? request.VersionStages.map(String) : undefined
}

function required(request: JsonObject, name: string): string {
  const value = text(request[name])
  if (value === undefined || value === '')
    throw invalidParameter(`You must provide a value for the ${name} parameter.`)
  return value
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message)
}

function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterException', message)
}
