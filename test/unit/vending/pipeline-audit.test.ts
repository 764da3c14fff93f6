import { describe, expect, test } from 'vitest'
import { type AuditEntry, type AuditRecord, withAudit } from '../../../shared/vending/audit.ts'
import { audited } from '../../../shared/vending/pipeline/audited.ts'
import type { VendOutcome } from '../../../shared/vending/pipeline/types.ts'
import { caller, gitHubToken, organizationProfile, vended, vendRequest } from '../../support/vend-requests.ts'

const request = { method: 'POST', path: '/token/release', sourceIp: '192.0.2.7', userAgent: 'curl/8' }
const tried = [{ claim: 'build_branch', expected: 'value "main"', outcome: 'matched' }] as const

/** Runs a request, and gives its answer or error, and the records that were written. */
async function run(handle: (entry: AuditEntry) => Promise<number>, different = {}) {
  const records: AuditRecord[] = []
  const answer = await withAudit(
    { ...request, ...different },
    (record) => records.push(record),
    async (entry) => ({ statusCode: await handle(entry) }),
  ).catch((error: unknown) => error)
  return { answer, records }
}

describe('one record is written', () => {
  test('of a granted token, with its hash as GitHub’s audit log has it, and nothing that is secret', async () => {
    const token = gitHubToken('abc', { expiresAt: 1_700_003_600 })
    const { answer, records } = await run(async (entry) => {
      entry.caller(caller)
      entry.asked('pipeline', 'release')
      entry.decided({ ...vended('abc', { token, cached: true }), tried })
      return 200
    })
    const { claims: _, ...identity } = caller
    expect([answer, records]).toEqual([
      { statusCode: 200 },
      [
        {
          request: { ...request, status: 200 },
          caller: identity,
          decision: { profile: 'pipeline/release', outcome: 'vended', rules: tried },
          token: {
            repositories: ['acme/cotton'],
            permissions: ['contents:read', 'metadata:read'],
            expiry: '2023-11-14T23:13:20.000Z',
            // printf abc | sha256sum | xxd -r -p | base64 (FIPS 180-2, B.1)
            hashedToken: 'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=',
            cached: true,
          },
        },
      ],
    ])
    expect(JSON.stringify(records)).not.toMatch(/abc|never logged/)
  })

  test('of a token of all repositories, which says so', async () => {
    const token = gitHubToken('abc', { repositories: [] })
    const { records } = await run(async (entry) => {
      entry.decided({ ...vended('abc', { token }), tried: [] })
      return 200
    })
    expect(records[0]?.token?.repositories).toBe('all')
  })

  test.each<{ outcome: VendOutcome; decision: AuditRecord['decision'] }>([
    {
      outcome: { kind: 'refused', reason: 'the match rules do not allow it', tried },
      decision: { outcome: 'refused', reason: 'the match rules do not allow it', rules: tried },
    },
    {
      outcome: { kind: 'bad request', reason: 'malformed', tried: [] },
      decision: { outcome: 'bad request', reason: 'malformed', rules: [] },
    },
    {
      outcome: { kind: 'unmatched', reason: 'another', tried },
      decision: { outcome: 'unmatched', reason: 'another', rules: tried },
    },
    {
      outcome: {
        kind: 'failed',
        service: 'GitHub',
        failure: 'refused',
        reason: `GitHub: ghs_${'a'.repeat(36)}`,
        tried,
      },
      decision: { outcome: 'failed', reason: 'GitHub: [redacted]', rules: tried },
    },
  ])('of what came to nothing, with the reason: $outcome.kind', async ({ outcome, decision }) => {
    const { records } = await run(async (entry) => {
      entry.decided(outcome)
      return 500
    })
    expect(records).toEqual([{ request: { ...request, status: 500 }, decision }])
  })

  test('of a request that ended before anybody was known', async () => {
    const { records } = await run(async (entry) => {
      entry.ended('refused', 'the signature is wrong')
      return 401
    })
    expect(records).toEqual([
      {
        request: { ...request, status: 401 },
        decision: { outcome: 'refused', reason: 'the signature is wrong' },
      },
    ])
  })

  test('also when the handler throws, which goes on as it is', async () => {
    const fault = new TypeError(`cannot read ghs_${'a'.repeat(36)}`)
    const { answer, records } = await run(async (entry) => {
      entry.asked('organization', 'shared')
      throw fault
    })
    expect([answer, records]).toEqual([
      fault,
      [
        {
          request: { ...request, status: 500 },
          decision: {
            profile: 'organization/shared',
            outcome: 'error',
            reason: 'TypeError: cannot read [redacted]',
          },
        },
      ],
    ])
  })

  test('of a request of which nothing was said', async () => {
    expect((await run(async () => 200)).records).toEqual([
      { request: { ...request, status: 200 }, decision: { outcome: 'undecided' } },
    ])
  })

  test('on one line, whatever a stranger sends', async () => {
    const hostile = `x\n{"forged":true} eyJhbGciOiJub25lIn0.e30. ${'y'.repeat(10_000)}`
    const { records } = await run(
      async (entry) => {
        entry.asked('pipeline', hostile)
        entry.caller({ ...caller, branch: hostile })
        return 400
      },
      { path: hostile, userAgent: hostile },
    )
    const text = `x {"forged":true} [redacted] ${'y'.repeat(10_000)}`.slice(0, 200)
    const [record] = records
    expect([
      record?.request.path,
      record?.request.userAgent,
      record?.caller?.branch,
      record?.decision.profile,
    ]).toEqual([text, text, text, `pipeline/${text}`])
  })
})

describe('the outermost layer', () => {
  test('tells the entry what was asked and what was decided', async () => {
    const told: unknown[] = []
    const entry = {
      asked: (...what: unknown[]) => told.push(what),
      decided: (what: unknown) => told.push(what),
    }
    const outcome = { ...vended('ghs_x'), tried }
    const vend = audited(async () => outcome)
    expect(await vend(vendRequest({ profile: organizationProfile() }), entry)).toEqual(outcome)
    expect(told).toEqual([['organization', 'shared'], outcome])
  })

  test('tells what was asked also when a layer throws', async () => {
    const told: unknown[] = []
    const entry = {
      asked: (...what: unknown[]) => told.push(what),
      decided: (what: unknown) => told.push(what),
    }
    const vend = audited(() => Promise.reject(new Error('broken')))
    await expect(vend(vendRequest(), entry)).rejects.toEqual(new Error('broken'))
    expect(told).toEqual([['pipeline', 'release']])
  })
})
