/** Profiles that stand in the configuration, checked at synth by the very code that reads them in the function. */
import { type Fault, FaultyFile } from '../../shared/config/faults.ts'
import type { VendSettings } from '../../shared/config/vend-types.ts'
import { vendIssuer } from '../../shared/vending/issuers/presets.ts'
import { allowedByAny } from '../../shared/vending/match/allowed-claims.ts'
import { FaultyProfileFile, type ProfileFault, tellCost } from '../../shared/vending/profiles/faults.ts'
import { readProfiles } from '../../shared/vending/profiles/profile-file.ts'

/**
 * Checks the profiles, their patterns included; a file on GitHub is not looked at.
 *
 * @param source the configuration's name, for the message
 * @returns what costs single profiles: the others are deployed, as they would be from a file on GitHub
 * @throws FaultyFile with every fault when there is one that would make every request fail
 */
export function checkConfiguredProfiles(
  { profiles, issuers }: Pick<VendSettings, 'profiles' | 'issuers'>,
  source: string,
): readonly Fault[] {
  if (typeof profiles === 'string') return []
  try {
    const allowedClaims = allowedByAny(issuers.map(vendIssuer))
    return readProfiles(profiles, { allowedClaims, patterns: 'now' }).faults.map(toFault)
  } catch (error) {
    if (error instanceof FaultyProfileFile) throw new FaultyFile(source, error.faults.map(toFault))
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
