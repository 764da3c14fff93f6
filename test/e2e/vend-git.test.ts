import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { ciToken } from '../../infra/local/ci-vendor/ci-token.ts'
import { type CiMachine, startCiMachine } from '../support/ci-machine.ts'
import { loopbackServer } from '../support/loopback-server.ts'
import { type OperatedStack, startOperatedStack } from '../support/operated-stack.ts'

const actions = { kind: 'github_actions', ownerId: '65', audience: 'scrip' } as const
/** As the README has it, beside Buildkite. */
const withActions = (yaml: string) =>
  yaml.replace(
    /^ {2}issuers:$/m,
    '  issuers:\n    - { kind: github_actions, ownerId: "65", audience: scrip }',
  )
const release = { pipeline_slug: 'silk-prod', build_branch: 'main' }

describe('a job that runs git', () => {
  let stack: OperatedStack
  let machine: CiMachine
  beforeAll(async () => {
    stack = await startOperatedStack({ preset: 'ci', edge: true, seed: {}, change: withActions })
    machine = await startCiMachine(stack)
  })
  afterAll(async () => {
    await machine?.close()
    await stack?.close()
  })

  test('clones its own repository', async () => {
    const { work, ...outcome } = await machine.clone('silk')
    expect(outcome).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(readFileSync(join(work, 'README'), 'utf8')).toBe('this is silk\n')
  })

  test('pushes with a profile that may write, and with no other', async () => {
    const writing = { claims: release, environment: { SCRIP_PROFILE: 'release' } }
    const { work } = await machine.clone('silk', writing)
    await machine.commit(work, 'Weave')
    const push = ['-C', work, 'push', '--quiet', 'origin', 'HEAD']
    const refused = await machine.git(push)
    expect(refused).toMatchObject({ code: 128, stderr: expect.stringContaining('error: 403') })
    expect(await machine.headOf('silk')).toBe('Begin silk')
    expect(await machine.git(push, writing)).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(await machine.headOf('silk')).toBe('Weave')
  })

  test('gets no token for another repository: git asks on, and finds nobody', async () => {
    const before = machine.github.requests.length
    const outcome = await machine.clone('linen')
    expect(outcome).toMatchObject({ code: 128, stderr: expect.stringContaining('terminal prompts disabled') })
    expect(machine.github.requests.slice(before).map(({ password }) => password)).toEqual([undefined])
  })

  test('clones the repositories of an organization profile', async () => {
    const environment = { SCRIP_PROFILE: 'shared-libs', SCRIP_ORGANIZATION: '1' }
    for (const name of ['cotton', 'linen']) {
      const { work, code } = await machine.clone(name, { environment })
      expect({ code, text: readFileSync(join(work, 'README'), 'utf8') }).toEqual({
        code: 0,
        text: `this is ${name}\n`,
      })
    }
    expect(await machine.clone('silk', { environment })).toMatchObject({ code: 128 })
  })

  test('whose rules do not match reads that Scrip refused, and neither token nor JWT', async () => {
    const outcome = await machine.clone('silk', { environment: { SCRIP_PROFILE: 'release' } })
    expect(outcome).toMatchObject({ code: 128, stderr: expect.stringContaining('error: 403') })
    expect(outcome.stderr).toContain('git-credential-scrip: Scrip gave no token; its audit log tells why')
    expect(outcome.stderr).not.toMatch(/eyJ|ghs_/)
  })

  test('runs the README’s Buildkite step as it stands there', async () => {
    const { steps } = parse(readmeStep('Buildkite')) as {
      readonly steps: readonly { readonly command: string }[]
    }
    // Buildkite makes `$` of `$$`.
    const script =
      steps[0]?.command.replaceAll('$$', '$').replace('https://tokens.example.com', stack.issuer) ?? ''
    const agent = join(machine.programs, 'buildkite-agent')
    writeFileSync(
      agent,
      `#!/bin/sh\n[ "$*" = "oidc request-token --audience scrip" ] && echo '${machine.jwt(release)}'\n`,
    )
    chmodSync(agent, 0o755)
    const { work } = await machine.clone('silk')
    await machine.commit(work, 'From the README')
    const outcome = await machine.run('sh', ['-euc', `cd '${work}'; ${script}`], {
      environment: { SCRIP_OIDC_TOKEN: '' },
    })
    expect(outcome).toMatchObject({ code: 0, stdout: '' })
    expect(await machine.headOf('silk')).toBe('From the README')
  })

  test('runs the README’s step for GitHub Actions as it stands there', async () => {
    const token = ciToken(actions, {}, stack.ciKeys().issuerKey, Math.floor(Date.now() / 1000))
    const oidc = await loopbackServer(({ url, headers }) =>
      url === '/?job=1&audience=scrip' && headers.authorization === 'Bearer runner'
        ? { status: 200, body: JSON.stringify({ value: token }) }
        : { status: 403 },
    )
    onTestFinished(() => oidc.close())
    const { steps } = parse(readmeStep('GitHub Actions')) as {
      readonly steps: readonly { readonly run: string }[]
    }
    const work = mkdtempSync(join(machine.folder, 'actions-'))
    const script = `cd '${work}'; ${steps[0]?.run.replace('https://tokens.example.com', stack.issuer)}`
    const environment = {
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'runner',
      ACTIONS_ID_TOKEN_REQUEST_URL: `${oidc.url}/?job=1`,
    }
    // As a runner starts it.
    const outcome = await machine.run('bash', ['-ec', script], { environment })
    expect(outcome).toMatchObject({ code: 0, stdout: expect.stringMatching(/^::add-mask::ghs_\S+\n$/) })
    expect(readFileSync(join(work, 'cotton', 'README'), 'utf8')).toBe('this is cotton\n')
  })
})

/** The snippet of the README under a vendor's name. */
function readmeStep(vendor: string): string {
  const [, after = ''] = readFileSync('README.md', 'utf8').split(`**${vendor}**`)
  return /```yaml\n([\s\S]*?)```/.exec(after)?.[1] ?? ''
}
