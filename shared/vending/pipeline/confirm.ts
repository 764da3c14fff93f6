/**
 * Whether a cached token is still of the pipeline's repository.
 *
 * The cache comes before the repository's lookup, so a token may be found whose pipeline has been moved since.
 * Buildkite's word holds for five minutes (`CONFIRMED_SECONDS`); after that it is asked again, and an answer
 * that names another repository makes the entry outdated. So a moved pipeline gets tokens of its old repository
 * for five minutes at most. While Buildkite cannot be asked, for as long as tokens are cached (45 minutes):
 * what it said last is the best there is, and every job of every pipeline would stand still otherwise.
 */
import { CONFIRMED_SECONDS, type PipelineRepositories } from '../buildkite/pipeline-repository.ts'
import type { Time } from '../http.ts'
import { fullName, isSameRepository, parseFullName, sameName } from '../repository.ts'
import { ServiceFailure } from '../service-failure.ts'
import type { CacheParts } from './cached.ts'
import type { CacheEntry } from './entry.ts'
import { outcomeOf } from './mint.ts'
import type { AuthorizedRequest, Outcome } from './types.ts'

/** There is a token at hand: this is how long confirming it may take. */
const CONFIRM_MILLISECONDS = 2_000

/** @param repositories finds a pipeline's repository at Buildkite */
export function confirming(
  repositories: PipelineRepositories,
  time: Time,
  warn: CacheParts['warn'],
): CacheParts['confirm'] {
  return async (request, entry) => {
    const { token, confirmedAt } = entry
    const vended = { kind: 'vended', token, cached: true } as const
    // All else is part of the cache key.
    if (request.rights.target.kind === 'known') return vended
    const isConfirmed = confirmedAt !== undefined && confirmedAt + CONFIRMED_SECONDS > time.now() / 1000
    const found = isConfirmed ? 'the same' : await outcomeOf(() => compare(request, entry))
    if (found === 'another') return 'outdated'
    if (typeof found === 'object') return found
    return matching(request, entry) ? vended : unmatched
  }

  async function compare(
    { caller, deadline }: AuthorizedRequest,
    { token }: CacheEntry,
  ): Promise<'the same' | 'another'> {
    try {
      const until = Math.min(deadline, time.now() + CONFIRM_MILLISECONDS)
      const { repository } = await repositories(caller, until)
      return token.repositories.some((one) => sameName(one, fullName(repository))) ? 'the same' : 'another'
    } catch (error) {
      const isAway = error instanceof ServiceFailure && ['unavailable', 'limited'].includes(error.kind)
      if (!isAway) throw error
      warn('a pipeline’s repository could not be confirmed; using its cached token', error.message)
      return 'the same'
    }
  }
}

const unmatched: Outcome = {
  kind: 'unmatched',
  reason: 'git asks for another repository than the pipeline’s',
}

function matching({ wanted }: AuthorizedRequest, { token }: CacheEntry): boolean {
  if (!wanted) return true
  const covered = token.repositories.map(parseFullName)
  return covered.some((one) => one !== undefined && isSameRepository(one, wanted))
}
