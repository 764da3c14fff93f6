/**
 * What matching a caller against the profile file costs: 1,000 profiles, each with a pattern of its own.
 *
 * Prints each figure beside its limit and exits with 1 when one is passed: 10 ms for the first match after the
 * file is read, 20 µs for a match whose patterns are compiled, 64 MB for what is kept when every profile has
 * been asked for. The first figure is of a fresh process, where nothing is optimized yet, as on a cold start.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { matchRules } from '../../shared/vending/match/match-rules.ts'
import { parseProfileFile } from '../../shared/vending/profiles/profile-file.ts'

const PROFILES = 1000
const WARM_MATCHES = 20_000
const LIMIT_FIRST_MILLISECONDS = 10
const LIMIT_WARM_MICROSECONDS = 20
const LIMIT_MEGABYTES = 64

const allowedClaims = ['pipeline_slug', 'build_branch']
const versions = String.raw`v[0-9]+\.[0-9]+\.[0-9]+`
const text = [
  'pipeline:',
  '  profiles:',
  ...Array.from(
    { length: PROFILES },
    (_, index) => `
    - name: release-${index}
      match:
        - { claim: pipeline_slug, value: service-${index} }
        - { claim: build_branch, valuePattern: 'svc-${index}-(main|release/${versions}|hotfix-[a-z0-9-]{1,40})' }
      permissions: ['contents:write', 'packages:write']`,
  ),
].join('\n')

const loading = performance.now()
const file = await parseProfileFile(text, { allowedClaims })
console.log(`reading ${PROFILES} profiles, YAML included: ${(performance.now() - loading).toFixed(0)} ms`)

const before = usedMegabytes()
const first = performance.now()
pass(PROFILES / 2)
report('first match', performance.now() - first, LIMIT_FIRST_MILLISECONDS, 'ms')

for (let done = 0; done < WARM_MATCHES; done += 1) pass(PROFILES / 2)
const warm = performance.now()
for (let done = 0; done < WARM_MATCHES; done += 1) pass(PROFILES / 2)
report('warm match', ((performance.now() - warm) * 1000) / WARM_MATCHES, LIMIT_WARM_MICROSECONDS, 'µs')

for (let index = 0; index < PROFILES; index += 1) pass(index)
report(`memory, all ${PROFILES} asked for`, usedMegabytes() - before, LIMIT_MEGABYTES, 'MB')

/** Looks a profile up and matches a caller that passes. */
function pass(index: number): void {
  const found = file.lookup('pipeline', `release-${index}`)
  if (found.kind !== 'found') throw new Error(`the profile ${index} is ${found.kind}`)
  const claims = { pipeline_slug: `service-${index}`, build_branch: `svc-${index}-release/v1.22.333` }
  const { kind } = matchRules(found.profile, { claims }, allowedClaims)
  if (kind !== 'allowed') throw new Error(`the caller of profile ${index} is ${kind}`)
}

function usedMegabytes(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed / 1e6
}

function report(what: string, value: number, limit: number, unit: string): void {
  console.log(`${what}: ${value.toFixed(1)} ${unit} (limit ${limit} ${unit})`)
  if (value > limit) process.exitCode = 1
}
