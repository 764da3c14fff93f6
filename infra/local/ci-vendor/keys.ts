/** Keys of the CI vendor, the GitHub App and Buildkite that the local stack plays; they rest with its data. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { readJsonFile, writeFileAtomically } from '../files.ts'
import { isObject, type JsonObject } from '../json.ts'

export interface CiKeys {
  /** PEM of the key that signs CI tokens. */
  readonly issuerKey: string
  /** PEM of the GitHub App's private key. */
  readonly appKey: string
  readonly buildkiteToken: string
}

/** The key id in CI tokens and in the key set that functions are given. */
export const CI_KEY_ID = 'local-ci'

/** The keys in a file, which is made when it is not there. */
export function ciKeys(file: string): CiKeys {
  const known = readJsonFile(file)
  if (isCiKeys(known)) return known
  const keys = {
    issuerKey: newKey(),
    appKey: newKey(),
    buildkiteToken: `bkua_${randomBytes(20).toString('hex')}`,
  }
  writeFileAtomically(file, `${JSON.stringify(keys, null, 2)}\n`)
  return keys
}

function isCiKeys(value: unknown): value is CiKeys & JsonObject {
  return (
    isObject(value as JsonObject | undefined) &&
    ['issuerKey', 'appKey', 'buildkiteToken'].every((name) => typeof (value as JsonObject)[name] === 'string')
  )
}

/** PKCS#1, as GitHub hands it out. */
function newKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
}

/** PEM of the public half. */
export function publicPem(privatePem: string): string {
  return createPublicKey(createPrivateKey(privatePem)).export({ type: 'spki', format: 'pem' }).toString()
}

/** The key set (RFC 7517) by which CI tokens verify. */
export function ciJwks({ issuerKey }: Pick<CiKeys, 'issuerKey'>) {
  const jwk = createPublicKey(createPrivateKey(issuerKey)).export({ format: 'jwk' })
  return { keys: [{ ...jwk, kid: CI_KEY_ID, alg: 'RS256', use: 'sig' }] }
}
