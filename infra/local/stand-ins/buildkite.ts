/** A stand-in of Buildkite's REST API: one route, which names a pipeline's repository. */
import { stableUuid } from '../identity.ts'
import { type StandIn, startStandIn } from './server.ts'

export interface BuildkiteStandIn extends StandIn {
  /** Repository addresses by `organization/pipeline`: changed at will. */
  readonly pipelines: Map<string, string>
}

/** The id of a pipeline: the same whenever it is asked for, since CI tokens name it as well. */
export function pipelineId(organization: string, slug: string): string {
  return stableUuid(`${organization}/${slug}`)
}

/**
 * @param token the API token that is taken
 * @param pipelines repository addresses by `organization/pipeline`
 */
export async function startBuildkite(
  token: string,
  pipelines: Readonly<Record<string, string>>,
  port = 0,
): Promise<BuildkiteStandIn> {
  const known = new Map(Object.entries(pipelines))
  const server = await startStandIn(
    [
      {
        name: 'pipeline',
        method: 'GET',
        path: /^\/v2\/organizations\/([^/]+)\/pipelines\/([^/]+)$/,
        answer({ parts: [organization = '', slug = ''], headers }) {
          if (headers.authorization !== `Bearer ${token}`)
            return {
              status: 401,
              body: { message: 'Authentication required. Please supply a valid API Access Token' },
            }
          const repository = known.get(`${organization}/${slug}`)
          if (repository === undefined) return { status: 404, body: { message: 'Not Found' } }
          return {
            status: 200,
            body: { id: pipelineId(organization, slug), slug, name: slug, repository, visibility: 'private' },
          }
        },
      },
    ],
    port,
  )
  return { ...server, pipelines: known }
}
