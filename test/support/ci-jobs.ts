/** Jobs of the CI vendor that the local stack plays, and what they ask of it. */
import { expect } from 'vitest'
import { type Claims, ciToken } from '../../infra/local/ci-vendor/ci-token.ts'
import type { IssuerSetting } from '../../shared/config/vend-types.ts'
import type { AuditRecord } from '../../shared/vending/audit.ts'
import { auditsOf } from './log-lines.ts'
import type { OperatedStack } from './operated-stack.ts'
import { type RawRequest, rawRequest } from './raw-request.ts'

/** As the preset `ci` has it. */
const buildkite: IssuerSetting = { kind: 'buildkite', organization: 'acme', audience: 'scrip' }

export const json = ['Content-Type', 'application/json'] as const

/** Of an installation, since 2026-04 with dots in it. */
export const GITHUB_TOKEN = /^ghs_[A-Za-z0-9._-]{36,}$/

/** The body of a 200 to a job of `acme` (systems.md CH.4). */
export const vendedReply = (
  profile: string,
  repositories: readonly string[],
  permissions: readonly string[],
) => ({
  organizationSlug: 'acme',
  profile: `org:${profile}`,
  repositoryUrl: '',
  repositories,
  permissions,
  token: expect.stringMatching(GITHUB_TOKEN),
  expiry: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
})

/** @param stack gives it once it has been started */
export function ciJobs(stack: () => OperatedStack) {
  const jwt = (claims: Claims = {}, issuer = buildkite) =>
    ciToken(issuer, claims, stack().ciKeys().issuerKey, Math.floor(Date.now() / 1000))
  return {
    /** @param claims in place of a job's own, or beside them */
    jwt,
    /** Asks as a job with these claims; other headers than a job's take their place. */
    ask: (path: string, request: Partial<RawRequest> = {}, claims: Claims = {}, issuer = buildkite) =>
      rawRequest(stack().issuer, {
        method: 'POST',
        path,
        headers: [['Authorization', `Bearer ${jwt(claims, issuer)}`], json],
        ...request,
      }),
    /** The audit lines so far. */
    audits: (): readonly AuditRecord[] =>
      auditsOf(
        stack()
          .functionNames.filter((name) => /vend/i.test(name))
          .flatMap((name) => stack().logs(name))
          .join('\n'),
      ),
  }
}
