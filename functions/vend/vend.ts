/**
 * Vending: a CI job shows its OIDC JWT, and gets a GitHub token with the rights that its profile allows.
 *
 * Order of work, and why: the audit record is opened first, so that nothing goes unseen; then what costs nothing
 * (size, type); then who asks, before anything is told about profiles; then the profile, once; then its rules,
 * before the cache; GitHub last.
 */
import type { APIGatewayProxyResult } from 'aws-lambda'
import { vendAlarms } from '../../shared/config/vend-alarms.ts'
import type { VendSettings } from '../../shared/config/vend-types.ts'
import { type EdgeEvent, endpoint, type Handler } from '../../shared/http/endpoint.ts'
import { log } from '../../shared/http/log.ts'
import { fromMilliseconds } from '../../shared/protocol/brands.ts'
import { vendingRoutes } from '../../shared/protocol/vending-paths.ts'
import { type AuditEntry, withAudit } from '../../shared/vending/audit.ts'
import {
  type GitCredentialRequest,
  parseGitCredential,
  wantedRepository,
} from '../../shared/vending/git-credentials.ts'
import type { Time } from '../../shared/vending/http.ts'
import { repositoryOf } from '../../shared/vending/issuers/repository.ts'
import type { CiVerification } from '../../shared/vending/issuers/verify.ts'
import type { AuditedVend } from '../../shared/vending/pipeline/audited.ts'
import { isProfileName } from '../../shared/vending/profiles/name.ts'
import { DEFAULT_NAME } from '../../shared/vending/profiles/profile.ts'
import { type Profiles, ProfilesUnavailable } from '../../shared/vending/profiles/source.ts'
import { within } from '../../shared/vending/within.ts'
import { answerOf, answers } from './answers.ts'
import { REQUEST_MILLISECONDS, withinRequest } from './deadline.ts'
import { bodyOf, hasJsonType, parametersOf } from './request.ts'

export interface VendServices {
  readonly settings: Pick<VendSettings, 'response' | 'github'>
  /** Verifies the values of the `Authorization` header. */
  readonly verify: (authorization: readonly string[], now: number) => Promise<CiVerification>
  readonly profiles: Profiles
  readonly vend: AuditedVend
  /** The caller's whole address, for the audit line. */
  readonly address: (event: EdgeEvent['original']) => Promise<string>
  readonly time: Time
}

/** The handler of all vending routes: whatever happens, there is an audit line and one of the uniform answers. */
export function vendEndpoint(services: VendServices): Handler {
  return endpoint([], async (event) => {
    const { httpMethod, path, requestContext } = event.original
    const audited = {
      method: httpMethod,
      path,
      sourceIp: requestContext.identity.sourceIp,
      userAgent: event.headers['user-agent'] ?? '',
    }
    try {
      return await withAudit(
        audited,
        (record) => log.info('vending', { audit: record }),
        (entry) => withinRequest(locateAndHandle(event, entry, services)),
      )
    } catch (error) {
      log.error('vending failed', { cause: error instanceof Error ? error.name : 'not an Error' })
      return answers.failed()
    }
  })
}

/** How long a ready answer waits for the address that the audit line alone wants. */
const LOCATING_MILLISECONDS = 500

/** The caller's address is looked up meanwhile: the edge's secret may be slow to come, or never come. */
async function locateAndHandle(
  event: EdgeEvent,
  entry: AuditEntry,
  services: VendServices,
): Promise<APIGatewayProxyResult> {
  const located = services.address(event.original).then(entry.address, () => undefined)
  try {
    return await handle(event, entry, services)
  } finally {
    await within(LOCATING_MILLISECONDS, located, () => new Error('not located')).catch(() => undefined)
  }
}

async function handle(
  event: EdgeEvent,
  entry: AuditEntry,
  services: VendServices,
): Promise<APIGatewayProxyResult> {
  const { time, settings } = services
  const deadline = time.now() + REQUEST_MILLISECONDS
  const route = vendingRoutes.find(({ path }) => path === event.original.resource)
  if (!route) throw new Error(`${event.original.resource} is no route of vending`)
  const body = bodyOf(event)
  if (body === 'too large') return ended('bad request', 'the body is too large', answers.tooLarge())
  if (route.format === 'json' && !hasJsonType(event))
    return ended('bad request', 'the content type is not application/json', answers.unsupportedType())

  const verified = await services.verify(
    event.multiValueHeaders.authorization ?? [],
    fromMilliseconds(time.now()),
  )
  if (verified.kind === 'absent') return ended('refused', 'no credentials', answers.unauthorized())
  if (verified.kind === 'refused') return ended('refused', verified.reason, answers.unauthorized())
  if (verified.kind === 'unavailable') return ended('failed', verified.reason, answers.failed())
  const { caller, issuer } = verified
  entry.caller(caller)

  const name = event.original.pathParameters?.profile ?? DEFAULT_NAME
  if (!isProfileName(name)) return ended('bad request', 'no profile can have this name', answers.badRequest())
  entry.asked(route.kind, name)
  const parameters = parametersOf(event)
  if ('fault' in parameters) return ended('bad request', parameters.fault, answers.badRequest())
  const profiles = await services.profiles(deadline).catch((error: unknown) => {
    if (!(error instanceof ProfilesUnavailable)) throw error
    log.error(vendAlarms.profilesUnavailable, { reason: error.message })
    return undefined
  })
  if (!profiles) return ended('failed', 'there are no profiles', answers.failed())
  const found = profiles.lookup(route.kind, name)
  if (found.kind === 'unknown') return ended('refused', 'an unknown profile', answers.unknownProfile())
  if (found.kind === 'unavailable') return ended('refused', found.reason, answers.unavailableProfile())
  const { profile } = found

  let git: GitCredentialRequest | undefined
  if (route.format === 'git') {
    const parsed = parseGitCredential(body)
    if ('fault' in parsed) return ended('bad request', parsed.fault, answers.badRequest())
    git = parsed
  }
  const outcome = await services.vend(
    {
      caller,
      allowedClaims: issuer.allowedClaims,
      profile,
      repository: repositoryOf(caller, issuer, settings.github),
      ...parameters,
      wanted: git && wantedRepository(git, settings.github.host),
      deadline,
    },
    entry,
  )
  return answerOf(outcome, { caller, profile, settings, git })

  function ended(
    kind: Parameters<AuditEntry['ended']>[0],
    reason: string,
    answer: APIGatewayProxyResult,
  ): APIGatewayProxyResult {
    entry.ended(kind, reason)
    return answer
  }
}
