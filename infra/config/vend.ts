/**
 * What of the configuration's `vend` only the code that reads it in the function can tell: whether its issuers can
 * be told apart, whether pinned keys verify anything, and whether profiles that stand there can be used.
 */
import { type Fault, FaultyFile } from '../../shared/config/faults.ts'
import type { VendIssuer, VendSettings } from '../../shared/config/vend-types.ts'
import { canVerify, holdsSecret } from '../../shared/vending/issuers/key-set.ts'
import { vendIssuer } from '../../shared/vending/issuers/presets.ts'
import { allowedByAny } from '../../shared/vending/match/allowed-claims.ts'
import { loadEngine } from '../../shared/vending/match/pattern.ts'
import { FaultyProfileFile, type ProfileFault, tellCost } from '../../shared/vending/profiles/faults.ts'
import { profileFaults as faultsOfProfiles } from '../../shared/vending/profiles/profile-file.ts'

// Patterns are compiled here, where nobody waits for a cold start.
await loadEngine()

/**
 * Checks issuers and profiles, their patterns included; a profile file on GitHub is not looked at.
 *
 * @param source the configuration's name, for the message
 * @returns what costs single profiles: the others are deployed, as they would be from a file on GitHub
 * @throws FaultyFile with every fault when there is one that costs more
 */
export function checkVend(
  { profiles, issuers: settings }: Pick<VendSettings, 'profiles' | 'issuers'>,
  source: string,
): readonly Fault[] {
  const issuers = settings.map(vendIssuer)
  const ofIssuers = issuers.flatMap((issuer, index) => [
    ...overlapFaults(issuer, issuers.slice(0, index)),
    ...keyFaults(issuer, `vend.issuers.${index}.jwks.keys`),
  ])
  const { faults: ofProfiles, fail } = profileFaults(profiles, issuers)
  if (fail || ofIssuers.length > 0) throw new FaultyFile(source, [...ofIssuers, ...ofProfiles])
  return ofProfiles
}

/** Of two settings that take the same token the second would never be used. */
function overlapFaults(issuer: VendIssuer, earlier: readonly VendIssuer[]): readonly Fault[] {
  const other = earlier.findIndex((one) => overlap(one, issuer))
  if (other === -1) return []
  const expected = `another issuer or audience than vend.issuers.${other}, or another value of a claim that both require`
  return [{ path: `vend.issuers.${earlier.length}`, expected }]
}

function overlap(one: VendIssuer, other: VendIssuer): boolean {
  const areApart = Object.entries(one.claimValues).some(
    ([name, value]) => Object.hasOwn(other.claimValues, name) && other.claimValues[name] !== value,
  )
  return one.issuer === other.issuer && one.audience === other.audience && !areApart
}

/** Pinned keys are deployed with the configuration, where many may read them. */
function keyFaults({ jwks, algorithms }: VendIssuer, path: string): readonly Fault[] {
  if (!jwks) return []
  const secret = jwks.keys.flatMap((key, index) =>
    holdsSecret(key)
      ? [{ path: `${path}.${index}`, expected: 'a public key, and nothing private of it' }]
      : [],
  )
  if (secret.length > 0 || jwks.keys.some((key) => canVerify(key, algorithms))) return secret
  return [{ path, expected: `a key that verifies signatures by ${algorithms.join(' or ')}` }]
}

function profileFaults(
  profiles: VendSettings['profiles'],
  issuers: readonly VendIssuer[],
): { readonly faults: readonly Fault[]; readonly fail: boolean } {
  if (typeof profiles === 'string') return { faults: [], fail: false }
  try {
    const faults = faultsOfProfiles(profiles, { allowedClaims: allowedByAny(issuers) })
    return { faults: faults.map(toFault), fail: false }
  } catch (error) {
    if (error instanceof FaultyProfileFile) return { faults: error.faults.map(toFault), fail: true }
    throw error
  }
}

function toFault(fault: ProfileFault): Fault {
  const { path, expected } = fault
  return {
    path: path === '' ? 'vend.profiles' : `vend.profiles.${path}`,
    expected: `${expected} (${tellCost(fault)})`,
  }
}
