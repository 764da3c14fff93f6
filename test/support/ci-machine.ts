/**
 * A CI job's machine: an empty home, git as the README configures it, nobody at the terminal, and a github.com of its
 * own with three repositories of one commit.
 */
import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Claims, ciToken } from '../../infra/local/ci-vendor/ci-token.ts'
import { startGitServer } from './git-server.ts'
import type { OperatedStack } from './operated-stack.ts'
import { selfSigned } from './self-signed.ts'

const buildkite = { kind: 'buildkite', organization: 'acme', audience: 'scrip' } as const

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface Job {
  readonly claims?: Claims
  readonly environment?: Readonly<Record<string, string>>
}

/** @param stack vends GitHub tokens to Buildkite's jobs of `acme` */
export async function startCiMachine(stack: OperatedStack) {
  const folder = mkdtempSync(join(tmpdir(), 'scrip-git-'))
  const home = join(folder, 'home')
  const programs = join(folder, 'programs')
  const helper = join(programs, 'git-credential-scrip')
  const repositories = join(folder, 'repositories')
  const github = await startGitServer(repositories, stack.standIns?.github?.url ?? '')

  const jwt = (claims: Claims = {}) =>
    ciToken(buildkite, claims, stack.ciKeys().issuerKey, Math.floor(Date.now() / 1000))
  const environmentOf = ({ claims = {}, environment = {} }: Job = {}) => ({
    PATH: `${programs}:${process.env.PATH}`,
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    SCRIP_URL: stack.issuer,
    SCRIP_OIDC_TOKEN: jwt(claims),
    ...environment,
  })
  const run = (file: string, args: readonly string[], job: Job = {}, input = '') =>
    new Promise<Outcome>((settle) => {
      const options = { cwd: folder, env: environmentOf(job) }
      const child = execFile(file, args, options, (error, stdout, stderr) =>
        settle({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
      )
      // Who has nothing to do does not read it.
      child.stdin?.on('error', () => undefined).end(input)
    })
  const git = (args: readonly string[], job: Job = {}) => run('git', args, job)

  async function commit(work: string, text: string): Promise<void> {
    writeFileSync(join(work, 'NEWS'), text)
    await git(['-C', work, 'add', 'NEWS'])
    await git(['-C', work, 'commit', '--quiet', '--message', text])
  }

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

  return {
    /** Everything of the machine is below it; so is what a job makes. */
    folder,
    /** On the job's `PATH`. */
    programs,
    /** What github.com was asked. */
    github,
    jwt,
    run,
    git,
    commit,
    /** Asks the credential helper as git does. */
    askHelper: (input: string, job: Job = {}, operation = 'get') => run(helper, [operation], job, input),
    /** Clones into a folder of its own, and tells what git did. */
    async clone(name: string, job: Job = {}) {
      const work = mkdtempSync(join(folder, 'work-'))
      const outcome = await git(['clone', '--quiet', `https://github.com/acme/${name}.git`, work], job)
      return { work, ...outcome }
    },
    /** The last commit of a repository at github.com. */
    headOf: async (name: string) =>
      (
        await git(['-C', join(repositories, 'acme', `${name}.git`), 'log', '-1', '--format=%s'])
      ).stdout.trim(),
    async close() {
      await github.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export type CiMachine = Awaited<ReturnType<typeof startCiMachine>>
