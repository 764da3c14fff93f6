/**
 * The repository of a Buildkite pipeline: its token does not name it, so Buildkite's API is asked.
 *
 * https://buildkite.com/docs/apis/rest-api/pipelines#get-a-pipeline
 */
import type { VendConfig } from '../../config/vend-types.ts'
import type { Exchange } from '../exchange.ts'
import { type Deadline, objectOf, restService, segment, type Time } from '../http.ts'
import type { Remembered } from '../memory.ts'
import { parseRepositoryUrl, type Repository } from '../repository.ts'
import { ServiceFailure } from '../service-failure.ts'

export interface Pipeline {
  /** Slugs of the organization and the pipeline, and the pipeline's id, as its token names them. */
  readonly organization: string
  readonly pipeline: string
  readonly pipelineId: string
}

/** A pipeline's repository, and when it was that: epoch seconds. */
export interface ConfirmedRepository {
  readonly repository: Repository
  readonly confirmedAt: number
}

/**
 * How long Buildkite's word on a pipeline's repository holds. A pipeline that is moved to another repository
 * goes on getting tokens of the old one for at most this long.
 */
export const CONFIRMED_SECONDS = 300

export type PipelineRepositories = (pipeline: Pipeline, deadline: Deadline) => Promise<ConfirmedRepository>

export interface BuildkiteParts {
  readonly settings: NonNullable<VendConfig['buildkite']>
  readonly loopback: boolean
  /** Host of repositories: a pipeline elsewhere gets no token. */
  readonly host: string
  /** Reads the API token of scope `read_pipelines`. */
  readonly token: () => Promise<string>
  readonly exchange: Exchange
  readonly known: Remembered<ConfirmedRepository>
  readonly time: Time
}

/**
 * Makes a function that finds a pipeline's repository; an answer is remembered for five minutes.
 *
 * It throws ServiceFailure when Buildkite does not tell, when it tells of another pipeline, and when the repository
 * is not on the configured GitHub host.
 */
export function pipelineRepositories(parts: BuildkiteParts): PipelineRepositories {
  const { settings, loopback, host, token, exchange, known, time } = parts
  const { apiUrl } = settings
  const call = restService({ service: 'Buildkite', apiUrl, loopback, headers: {}, exchange, time })

  return async (pipeline, deadline) => {
    const key = JSON.stringify([pipeline.organization, pipeline.pipeline, pipeline.pipelineId])
    const remembered = known.get(key)
    if (remembered) return remembered
    // Before the call: what changes there while it answers is not confirmed by it.
    const confirmedAt = Math.floor(time.now() / 1000)
    const { organization, pipeline: slug } = pipeline
    const path = `/v2/organizations/${segment('Buildkite', organization)}/pipelines/${segment('Buildkite', slug)}`
    const authorization = `Bearer ${await token()}`
    const answer = await call({ method: 'GET', path, authorization, accept: 'application/json' }, deadline)
    const what = `GET ${path}`
    if (answer.status === 404) throw refused(`${what}: there is no such pipeline`)
    const { id, repository: url } = objectOf('Buildkite', what, answer)
    // The token was issued for a pipeline; who has its slug by now may be another one, with another repository.
    if (id !== pipeline.pipelineId) throw refused(`${what}: another pipeline has this slug by now`)
    const repository = typeof url === 'string' ? parseRepositoryUrl(url, host) : undefined
    if (!repository) throw refused(`${what}: the pipeline has no repository on ${host}`)
    const confirmed = { repository, confirmedAt }
    known.set(key, confirmed, CONFIRMED_SECONDS * 1000)
    return confirmed
  }
}

function refused(reason: string): ServiceFailure {
  return new ServiceFailure('Buildkite', 'refused', reason)
}
