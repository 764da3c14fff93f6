/**
 * Secrets and their versions, kept in one file.
 *
 * Each change is on the disk before it is answered. All of it happens in one turn of the event loop, so two
 * callers never see each other's half-done change.
 */
import { randomInt } from 'node:crypto'
import { AwsError } from '../aws/errors.ts'
import { readJsonFile, writeFileAtomically } from '../files.ts'
import { arn } from '../identity.ts'
import type { Secret, SecretsFile, SecretVersion } from './types.ts'
import { current, previous } from './types.ts'

const suffixAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

export class SecretStore {
  readonly #file: string
  readonly #secrets: Map<string, Secret>

  /** @param file where the secrets rest; it is created with the first secret. */
  constructor(file: string) {
    this.#file = file
    const stored = readJsonFile(file) as SecretsFile | undefined
    this.#secrets = new Map(Object.entries(stored?.secrets ?? {}))
  }

  /** The secret of that name, made without any version if there is none yet. */
  ensure(name: string, description?: string): { readonly secret: Secret; readonly created: boolean } {
    const existing = this.#secrets.get(name)
    if (existing) return { secret: existing, created: false }
    // As in AWS: six random characters, so that a policy must name the ARN and cannot guess it from the name.
    const suffix = Array.from({ length: 6 }, () => suffixAlphabet[randomInt(suffixAlphabet.length)]).join('')
    const secret: Secret = {
      name,
      arn: arn('secretsmanager', `secret:${name}-${suffix}`),
      ...(description === undefined ? {} : { description }),
      createdDate: Date.now() / 1000,
      versions: {},
    }
    this.#secrets.set(name, secret)
    this.#save()
    return { secret, created: true }
  }

  /** @throws AwsError ResourceNotFoundException */
  get(secretId: string): Secret {
    const found = this.find(secretId)
    if (!found)
      throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.")
    return found
  }

  /** The secret with this ARN or name. */
  find(secretId: string): Secret | undefined {
    return (
      this.#secrets.get(secretId) ?? [...this.#secrets.values()].find((secret) => secret.arn === secretId)
    )
  }

  /**
   * Adds a version under the given labels, or under AWSCURRENT.
   *
   * @throws AwsError ResourceExistsException when the version exists with another content; with the same
   *   content the call is a repetition and changes nothing.
   */
  put(
    secret: Secret,
    versionId: string,
    value: SecretValue,
    labels: readonly string[] | undefined,
  ): SecretVersion {
    const existing = secret.versions[versionId]
    if (existing) {
      if (existing.secretString === value.secretString && existing.secretBinary === value.secretBinary)
        return existing
      throw new AwsError('ResourceExistsException', 'A resource with the ID you requested already exists.')
    }
    const version: SecretVersion = {
      ...value,
      createdDate: Date.now() / 1000,
      stages: [],
    }
    const isFirst = Object.keys(secret.versions).length === 0
    secret.versions[versionId] = version
    const wanted = labels ?? [current]
    // The first version becomes the current one whatever labels it is given.
    for (const label of isFirst ? new Set([...wanted, current]) : wanted) moveLabel(secret, label, versionId)
    this.#save()
    return version
  }

  /** Moves a label to another version, or takes it off where `to` is absent. */
  moveLabel(secret: Secret, label: string, to: string | undefined): void {
    moveLabel(secret, label, to)
    this.#save()
  }

  #save(): void {
    const file: SecretsFile = { secrets: Object.fromEntries(this.#secrets) }
    writeFileAtomically(this.#file, `${JSON.stringify(file, null, 2)}\n`)
  }
}

export type SecretValue = {
  readonly secretString?: string
  readonly secretBinary?: string
}

/** The version that carries a label, with its id. */
export function versionWithLabel(
  secret: Secret,
  label: string,
): readonly [string, SecretVersion] | undefined {
  return Object.entries(secret.versions).find(([, version]) => version.stages.includes(label))
}

function moveLabel(secret: Secret, label: string, to: string | undefined): void {
  const holder = versionWithLabel(secret, label)
  if (holder && holder[0] === to) return
  if (holder) holder[1].stages = holder[1].stages.filter((stage) => stage !== label)
  const target = to === undefined ? undefined : secret.versions[to]
  if (target) target.stages = [...target.stages, label]
  // The version that was current until now becomes the previous one, whoever moved the label.
  if (label === current && holder && target) moveLabel(secret, previous, holder[0])
}
