/** The innermost layer: the pipeline's repository is looked up where it is not known yet, and GitHub asked. */
import type { PipelineRepositories } from '../buildkite/pipeline-repository.ts'
import type { Deadline } from '../http.ts'
import { isSameRepository } from '../repository.ts'
import { ServiceFailure } from '../service-failure.ts'
import type { GitHubToken, MintRequest } from '../types.ts'
import type { AuthorizedRequest, Failed, Outcome, VendAuthorized } from './types.ts'

export type MintToken = (request: MintRequest, deadline: Deadline) => Promise<GitHubToken>

/** @param repositories finds a pipeline's repository at Buildkite */
export function minting(mint: MintToken, repositories: PipelineRepositories): VendAuthorized {
  return (request) => outcomeOf(() => mintFor(request, mint, repositories))
}

async function mintFor(
  { caller, rights, wanted, deadline }: AuthorizedRequest,
  mint: MintToken,
  repositories: PipelineRepositories,
): Promise<Outcome> {
  const { target, permissions } = rights
  if (target.kind === 'known') {
    const token = await mint(
      { owner: target.owner, repositories: target.repositories, permissions },
      deadline,
    )
    return { kind: 'vended', token, cached: false }
  }
  const { repository, confirmedAt } = await repositories(caller, deadline)
  if (wanted && !isSameRepository(repository, wanted))
    return { kind: 'unmatched', reason: 'git asks for another repository than the pipeline’s' }
  const names = { kind: 'named', names: [repository.name] } as const
  const token = await mint({ owner: repository.owner, repositories: names, permissions }, deadline)
  return { kind: 'vended', token, cached: false, confirmedAt }
}

/** A failure of GitHub or Buildkite is an outcome; anything else is a fault of our own, and stays an exception. */
export async function outcomeOf<Result>(act: () => Promise<Result>): Promise<Result | Failed> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error
    return { kind: 'failed', service: error.service, failure: error.kind, reason: error.message }
  }
}
