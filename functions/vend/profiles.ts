import type { VendIssuer, VendSettings } from '../../shared/config/vend-types.ts'
import { memory } from '../../shared/stores/memory.ts'
import type { GitHub } from '../../shared/vending/github/client.ts'
import { fileContents } from '../../shared/vending/github/contents.ts'
import { allowedByAny } from '../../shared/vending/match/allowed-claims.ts'
import {
  configuredProfiles,
  type Profiles,
  type RemoteProfiles,
  remoteProfiles,
} from '../../shared/vending/profiles/source.ts'
import type { GitHubToken } from '../../shared/vending/types.ts'

interface Parts extends Pick<RemoteProfiles, 'time' | 'warn'> {
  readonly github: GitHub
  /** The table, which only a deployment with a file on GitHub may use. */
  readonly lastGood: () => RemoteProfiles['lastGood']
}

/** The profiles of the settings: those that stand there, or the file that they name. */
export function profilesOf(
  { profiles, github: { apiUrl } }: Pick<VendSettings, 'profiles' | 'github'>,
  issuers: readonly VendIssuer[],
  { github, lastGood, time, warn }: Parts,
): Profiles {
  const allowedClaims = allowedByAny(issuers)
  if (typeof profiles !== 'string') return configuredProfiles(profiles, { allowedClaims, warn })
  const [owner = '', repo = '', path = ''] = profiles.split(':')
  const tokens = memory<GitHubToken>(1)
  return remoteProfiles({
    source: `${apiUrl} ${profiles}`,
    read: (deadline) => fileContents(github, { owner, repo, path }, tokens, deadline),
    lastGood: lastGood(),
    allowedClaims,
    time,
    warn,
  })
}
