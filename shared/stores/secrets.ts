/** Secrets Manager: reading a secret's current value, and publishing a new one unless somebody was faster. */
import { randomUUID } from 'node:crypto'
import {
  GetSecretValueCommand,
  InvalidParameterException,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import { awsClientSettings } from './aws-client.ts'

/** The value that carries `AWSCURRENT`, and its version. */
export interface SecretVersion {
  readonly versionId: string
  readonly value: string
}

export interface SecretStore {
  /** The current version, or nothing while the secret has never had a value. */
  current(): Promise<SecretVersion | undefined>
  /**
   * Writes a version, then moves `AWSCURRENT` to it, provided that `seen` is still the current one.
   *
   * @param seen the version that the new value was made from; nothing where there was none
   * @returns whether the new value is current now; if not, somebody else was faster and the value lies unused
   */
  replace(seen: SecretVersion | undefined, value: string): Promise<boolean>
}

/** The stage label that a version carries before it is current. A label of our own, so that none moves by itself. */
const PENDING = 'SCRIPPENDING'

export function connectSecretsManager(): SecretsManagerClient {
  return new SecretsManagerClient(awsClientSettings)
}

export function secretStore(client: SecretsManagerClient, secretId: string): SecretStore {
  async function current(): Promise<SecretVersion | undefined> {
    try {
      const { SecretString, VersionId } = await client.send(new GetSecretValueCommand({ SecretId: secretId }))
      if (SecretString === undefined || VersionId === undefined) return undefined
      return { versionId: VersionId, value: SecretString }
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined
      throw error
    }
  }

  return {
    current,

    async replace(seen, value) {
      const versionId = randomUUID()
      await client.send(
        new PutSecretValueCommand({
          SecretId: secretId,
          SecretString: value,
          ClientRequestToken: versionId,
          VersionStages: [PENDING],
        }),
      )
      if (seen) await moveCurrent(client, secretId, seen.versionId, versionId)
      // Without `seen`, the first version of all has become current by itself; a later one has not. Either
      // way the label's place tells, also when the answer to the move was lost.
      return (await current())?.versionId === versionId
    },
  }
}

/** Moves `AWSCURRENT` if it still stands where it was seen; elsewhere it stays, and no error is thrown. */
async function moveCurrent(
  client: SecretsManagerClient,
  secretId: string,
  from: string,
  to: string,
): Promise<void> {
  try {
    await client.send(
      new UpdateSecretVersionStageCommand({
        SecretId: secretId,
        VersionStage: 'AWSCURRENT',
        RemoveFromVersionId: from,
        MoveToVersionId: to,
      }),
    )
  } catch (error) {
    if (!(error instanceof InvalidParameterException)) throw error
  }
}
