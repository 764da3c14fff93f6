import type { SigningAlgorithm } from '../../shared/config/types.ts'
import { fromMilliseconds } from '../../shared/protocol/brands.ts'
import type { Clock } from '../../shared/stores/memory.ts'
import type { SecretStore, SecretVersion } from '../../shared/stores/secrets.ts'
import {
  generateKey,
  type KeySet,
  parseKeySet,
  publicHalf,
  type StoredKey,
} from '../../shared/tokens/key-set.ts'

export interface FirstKeys {
  /** Of the keys that are made; keys that are there already keep theirs. */
  readonly algorithm: SigningAlgorithm
  readonly signingKeys: SecretStore
  readonly verificationKeys: SecretStore
  readonly clock: Clock
}

/** More would mean that several deployments fight over one stack. */
const MAX_TRIES = 10

/**
 * Makes the first keys of a deployment, unless it has keys.
 *
 * Safe to repeat and to run twice at once: a key is published before it can sign, and of two signing keys
 * made at once the one that came first stays. A run that ended half-way is completed by the next one.
 *
 * @throws Error when the published keys keep changing under our hands
 */
export async function makeFirstKeys({
  algorithm,
  signingKeys,
  verificationKeys,
  clock,
}: FirstKeys): Promise<void> {
  const existing = await signingKeys.current()
  if (existing) return publish(publicKeys(existing), verificationKeys)
  const { private: privateJwk, public: publicJwk } = await generateKey(algorithm)
  const since = fromMilliseconds(clock())
  await publish([{ state: 'current', since, jwk: publicJwk }], verificationKeys)
  // Where somebody else's keys were there first, ours never sign.
  await signingKeys.replace(
    undefined,
    JSON.stringify({ keys: [{ state: 'current', since, jwk: privateJwk }] }),
  )
}

function publicKeys({ value }: SecretVersion): StoredKey[] {
  return parseKeySet(value, 'signing-keys').keys.map((key) => ({
    ...key,
    jwk: publicHalf(key.jwk),
  }))
}

/** Adds keys to the published ones, whoever else adds at the same time; those that are there are left alone. */
async function publish(keys: readonly StoredKey[], verificationKeys: SecretStore): Promise<void> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const seen = await verificationKeys.current()
    const published: KeySet = seen ? parseKeySet(seen.value, 'verification-keys') : { keys: [] }
    const missing = keys.filter(({ jwk }) => !published.keys.some((key) => key.jwk.kid === jwk.kid))
    if (missing.length === 0) return
    if (await verificationKeys.replace(seen, JSON.stringify({ keys: [...published.keys, ...missing] })))
      return
  }
  throw new Error('the published keys were changed by others again and again; deploy once more')
}
