import { execFile } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { type Claims, ciToken } from '../../infra/local/ci-vendor/ci-token.ts'
import { startGitServer } from '../support/git-server.ts'
import { loopbackServer } from '../support/loopback-server.ts'
import { type OperatedStack, startOperatedStack } from '../support/operated-stack.ts'
import { selfSigned } from '../support/self-signed.ts'

const buildkite = { kind: 'buildkite', organization: 'acme', audience: 'scrip' } as const
const actions = { kind: 'github_actions', ownerId: '65', audience: 'scrip' } as const
/** As the README has it, beside Buildkite. */
const withActions = (yaml: string) =>
  yaml.replace(
    /^ {2}issuers:$/m,
    '  issuers:\n    - { kind: github_actions, ownerId: "65", audience: scrip }',
  )
const release = { pipeline_slug: 'silk-prod', build_branch: 'main' }

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

interface Job {
  readonly claims?: Claims
  readonly environment?: Readonly<Record<string, string>>
}

/** A CI job's machine: an empty home, the README's git configuration, and nobody at the terminal. */
describe('a job that runs git', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scrip-git-'))
  const home = join(folder, 'home')
  const programs = join(folder, 'programs')
  const helper = join(programs, 'git-credential-scrip')
  const repositories = join(folder, 'repositories')
  let stack: OperatedStack
  let github: Awaited<ReturnType<typeof startGitServer>>

  beforeAll(async () => {
    stack = await startOperatedStack({ preset: 'ci', edge: true, seed: {}, change: withActions })
    github = await startGitServer(repositories, stack.standIns?.github?.url ?? '')
    for (const one of [home, programs]) mkdirSync(one)
    // Where git finds the helper `scrip`.
    copyFileSync('infra/cli/git-credential-scrip.sh', helper)
    writeFileSync(join(folder, 'github.pem'), selfSigned.cert)
    writeFileSync(
      join(home, '.gitconfig'),
      [
        '[user]\n\tname = job\n\temail = job@ci.example',
        '[init]\n\tdefaultBranch = main',
        `[http]\n\tproxy = ${github.proxy}\n\tsslCAInfo = ${join(folder, 'github.pem')}`,
        // As the README has it.
        '[credential "https://github.com"]\n\thelper = scrip\n\tuseHttpPath = true',
      ].join('\n'),
    )
    for (const name of ['silk', 'cotton', 'linen']) await makeRepository(name)
  })
  afterAll(async () => {
    await github?.close()
    await stack?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** A bare repository of one commit. */
  async function makeRepository(name: string): Promise<void> {
    const bare = join(repositories, 'acme', `${name}.git`)
    const work = join(folder, `first-${name}`)
    await git(['init', '--quiet', '--bare', bare])
    await git(['-C', bare, 'config', 'http.receivepack', 'true'])
    await git(['clone', '--quiet', bare, work])
    writeFileSync(join(work, 'README'), `this is ${name}\n`)
    await git(['-C', work, 'add', 'README'])
    await git(['-C', work, 'commit', '--quiet', '--message', `Begin ${name}`])
    await git(['-C', work, 'push', '--quiet', 'origin', 'HEAD'])
  }

  const jwt = (claims: Claims = {}) =>
    ciToken(buildkite, claims, stack.ciKeys().issuerKey, Math.floor(Date.now() / 1000))
  const environmentOf = ({ claims = {}, environment = {} }: Job) => ({
    PATH: `${programs}:${process.env.PATH}`,
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    SCRIP_URL: stack.issuer,
    SCRIP_OIDC_TOKEN: jwt(claims),
    ...environment,
  })
  const run = (file: string, args: readonly string[], env: Readonly<Record<string, string>>, input = '') =>
    new Promise<Outcome>((settle) => {
      const child = execFile(file, args, { cwd: folder, env: { ...env } }, (error, stdout, stderr) =>
        settle({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
      )
      // Who has nothing to do does not read it.
      child.stdin?.on('error', () => undefined).end(input)
    })
  const git = (args: readonly string[], job: Job = {}) => run('git', args, environmentOf(job))
  const ask = (input: string, job: Job = {}, operation = 'get') =>
    run(helper, [operation], environmentOf(job), input)

  /** Clones into a folder of its own, and tells what git did. */
  async function clone(name: string, job: Job = {}) {
    const work = mkdtempSync(join(folder, 'work-'))
    const outcome = await git(['clone', '--quiet', `https://github.com/acme/${name}.git`, work], job)
    return { work, ...outcome }
  }
  async function commit(work: string, text: string): Promise<void> {
    writeFileSync(join(work, 'NEWS'), text)
    await git(['-C', work, 'add', 'NEWS'])
    await git(['-C', work, 'commit', '--quiet', '--message', text])
  }
  const headOf = async (name: string) =>
    (await git(['-C', join(repositories, 'acme', `${name}.git`), 'log', '-1', '--format=%s'])).stdout.trim()

  test('clones its own repository', async () => {
    const { work, ...outcome } = await clone('silk')
    expect(outcome).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(readFileSync(join(work, 'README'), 'utf8')).toBe('this is silk\n')
  })

  test('pushes with a profile that may write, and with no other', async () => {
    const writing = { claims: release, environment: { SCRIP_PROFILE: 'release' } }
    const { work } = await clone('silk', writing)
    await commit(work, 'Weave')
    const push = ['-C', work, 'push', '--quiet', 'origin', 'HEAD']
    const refused = await git(push)
    expect(refused).toMatchObject({ code: 128, stderr: expect.stringContaining('error: 403') })
    expect(await headOf('silk')).toBe('Begin silk')
    expect(await git(push, writing)).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(await headOf('silk')).toBe('Weave')
  })

  test('gets no token for another repository: git asks on, and finds nobody', async () => {
    const before = github.requests.length
    const outcome = await clone('linen')
    expect(outcome).toMatchObject({ code: 128, stderr: expect.stringContaining('terminal prompts disabled') })
    expect(github.requests.slice(before).map(({ password }) => password)).toEqual([undefined])
  })

  test('clones the repositories of an organization profile', async () => {
    const environment = { SCRIP_PROFILE: 'shared-libs', SCRIP_ORGANIZATION: '1' }
    for (const name of ['cotton', 'linen']) {
      const { work, code } = await clone(name, { environment })
      expect({ code, text: readFileSync(join(work, 'README'), 'utf8') }).toEqual({
        code: 0,
        text: `this is ${name}\n`,
      })
    }
    expect(await clone('silk', { environment })).toMatchObject({ code: 128 })
  })

  test('whose rules do not match reads that Scrip refused, and neither token nor JWT', async () => {
    const outcome = await clone('silk', { environment: { SCRIP_PROFILE: 'release' } })
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
    const agent = join(programs, 'buildkite-agent')
    writeFileSync(
      agent,
      `#!/bin/sh\n[ "$*" = "oidc request-token --audience scrip" ] && echo '${jwt(release)}'\n`,
    )
    chmodSync(agent, 0o755)
    const { work } = await clone('silk')
    await commit(work, 'From the README')
    const outcome = await run(
      'sh',
      ['-euc', `cd '${work}'; ${script}`],
      environmentOf({ environment: { SCRIP_OIDC_TOKEN: '' } }),
    )
    expect(outcome).toMatchObject({ code: 0, stdout: '' })
    expect(await headOf('silk')).toBe('From the README')
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
    const work = mkdtempSync(join(folder, 'actions-'))
    const script = `cd '${work}'; ${steps[0]?.run.replace('https://tokens.example.com', stack.issuer)}`
    const environment = {
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'runner',
      ACTIONS_ID_TOKEN_REQUEST_URL: `${oidc.url}/?job=1`,
    }
    // As a runner starts it.
    const outcome = await run('bash', ['-ec', script], environmentOf({ environment }))
    expect(outcome).toMatchObject({ code: 0, stdout: expect.stringMatching(/^::add-mask::ghs_\S+\n$/) })
    expect(readFileSync(join(work, 'cotton', 'README'), 'utf8')).toBe('this is cotton\n')
  })

  describe('the credential helper', () => {
    const silk = 'protocol=https\nhost=github.com\npath=acme/silk.git\n\n'

    test('answers in git’s format', async () => {
      const { code, stdout, stderr } = await ask(silk)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(stdout).toMatch(
        /^protocol=https\nhost=github\.com\npath=acme\/silk\.git\nusername=x-access-token\npassword=ghs_\S+\npassword_expiry_utc=\d+\n\n$/,
      )
    })

    test('takes what newer versions of git add', async () => {
      const { stdout } = await ask(
        `capability[]=authtype\n${silk.trimEnd()}\nwwwauth[]=Basic realm="GitHub"\n\n`,
      )
      expect(stdout).toMatch(/^password=ghs_/m)
    })

    test('gets a JWT anew for each question from a command', async () => {
      const file = join(folder, 'jwt')
      writeFileSync(file, jwt())
      const environment = { SCRIP_OIDC_TOKEN: '', SCRIP_OIDC_COMMAND: `cat '${file}'` }
      expect((await ask(silk, { environment })).stdout).toMatch(/^password=ghs_/m)
    })

    test.each(['store', 'erase', 'whatever comes'])('does nothing for %s', async (operation) => {
      expect(await ask(`${silk.trimEnd()}\npassword=x\n\n`, {}, operation)).toEqual({
        code: 0,
        stdout: '',
        stderr: '',
      })
    })

    test('says nothing for a repository that is not covered', async () => {
      const outcome = await ask('protocol=https\nhost=github.com\npath=acme/linen\n\n')
      expect(outcome).toEqual({ code: 0, stdout: '', stderr: '' })
    })

    test('puts no secret into an argument, where everybody on the machine could read it', async () => {
      const tools = mkdtempSync(join(folder, 'tools-'))
      const log = join(tools, 'arguments')
      const { stdout: curl } = await run('sh', ['-c', 'command -v curl'], environmentOf({}))
      writeFileSync(
        join(tools, 'curl'),
        `#!/bin/sh\nprintf '%s\\n' "$@" > '${log}'\nexec ${curl.trim()} "$@"\n`,
      )
      chmodSync(join(tools, 'curl'), 0o755)
      const environment = { PATH: `${tools}:${programs}:${process.env.PATH}` }
      const told = `${silk.trimEnd()}\noauth_refresh_token=ghr_of-another-helper\n\n`
      expect((await ask(told, { environment })).stdout).toMatch(/^password=ghs_/m)
      const seen = readFileSync(log, 'utf8')
      expect(seen).toContain('/git-credentials/default')
      expect(seen).toContain('path=acme/silk.git')
      expect(seen).not.toMatch(/eyJ|ghr_/)
    })

    test.each([
      { what: 'no path', input: 'protocol=https\nhost=github.com\n\n', says: 'credential.useHttpPath' },
      { what: 'no address', environment: { SCRIP_URL: '' }, says: 'SCRIP_URL has to say where' },
      { what: 'plain http', environment: { SCRIP_URL: 'http://tokens.example' }, says: 'has to be https' },
      {
        what: 'another host behind a local one',
        environment: { SCRIP_URL: 'http://127.0.0.1:80@tokens.example' },
        says: 'SCRIP_URL has to say where',
      },
      { what: 'an option for an address', environment: { SCRIP_URL: '-o/x' }, says: 'has to be https' },
      {
        what: 'a path for a profile',
        environment: { SCRIP_PROFILE: '../token' },
        says: 'SCRIP_PROFILE takes',
      },
      { what: 'no JWT', environment: { SCRIP_OIDC_TOKEN: '' }, says: 'gives a JWT' },
      {
        what: 'a JWT that would be an option of curl',
        environment: { SCRIP_OIDC_TOKEN: 'x"\noutput = "/x' },
        says: 'gives a JWT',
      },
      { what: 'a command that fails', environment: { SCRIP_OIDC_COMMAND: 'false' }, says: 'COMMAND failed' },
      { what: 'a JWT that is none', environment: { SCRIP_OIDC_TOKEN: 'nonsense' }, says: 'error: 401' },
    ])('fails with $what, and tells why', async ({ input = silk, environment = {}, says }) => {
      const { code, stdout, stderr } = await ask(input, { environment })
      expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: expect.stringContaining(says) })
    })
  })
})

/** The snippet of the README under a vendor's name. */
function readmeStep(vendor: string): string {
  const [, after = ''] = readFileSync('README.md', 'utf8').split(`**${vendor}**`)
  return /```yaml\n([\s\S]*?)```/.exec(after)?.[1] ?? ''
}
