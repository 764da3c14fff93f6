import { fromMilliseconds } from '../../shared/protocol/brands.ts'
import type { Clock } from '../../shared/stores/memory.ts'
import type { SecretStore } from '../../shared/stores/secrets.ts'
import { newSymmetricKeys } from '../../shared/tokens/symmetric-keys.ts'

/** Makes the first key of a secret that MACs or encrypts, unless it has one; of two at once the first stays. */
export async function makeFirstSymmetricKey(secret: SecretStore, clock: Clock): Promise<void> {
  if (await secret.current()) return
  await secret.replace(undefined, newSymmetricKeys(fromMilliseconds(clock())))
}
