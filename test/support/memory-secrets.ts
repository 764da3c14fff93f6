import type { SecretStore, SecretVersion } from '../../shared/stores/secrets.ts'

/**
 * A secret in memory that behaves as `secretStore` over Secrets Manager does: the first version of all is
 * current by itself, a later one only where the version it was made from still is.
 *
 * @param step runs before each call is carried out, to hold it up or to make it fail
 */
export function memorySecret(step: (call: string) => Promise<void> = async () => {}) {
  let versions = 0
  let current: SecretVersion | undefined
  const store: SecretStore = {
    async current() {
      await step('current')
      return current
    },
    async replace(seen, value) {
      await step('replace')
      versions += 1
      if (current?.versionId !== seen?.versionId) return false
      current = { versionId: `v${versions}`, value }
      return true
    },
  }
  return { store, text: () => current?.value, versions: () => versions }
}
