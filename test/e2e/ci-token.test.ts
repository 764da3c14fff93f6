import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dataDirectory, type RunningStack, startStack } from '../support/local-stack.ts'
import { rawRequest } from '../support/raw-request.ts'

const run = promisify(execFile)

/** Runs a command as a person would paste it into a shell in the project's folder. */
async function shell(command: string) {
  const { PATH, HOME } = process.env
  const cwd = new URL('../..', import.meta.url).pathname
  const { stdout } = await run('sh', ['-c', command], { cwd, env: { PATH, HOME } })
  return stdout.trim()
}

describe('npm run ci-token', () => {
  let stack: RunningStack
  let makeToken: string
  beforeAll(async () => {
    stack = await startStack({ PRESET: 'ci' })
    makeToken = /\$\((.*ci-token)\)/.exec(stack.output())?.[1] ?? ''
  })
  afterAll(() => stack?.stop())

  const refused = { status: 401, body: { error: 'invalid_token' } }
  const vended = (...repositories: string[]) => ({
    status: 200,
    body: expect.objectContaining({ repositories }),
  })

  async function ask(path: string, options: string) {
    const headers = [
      ['Authorization', `Bearer ${await shell(`${makeToken} ${options}`)}`],
      ['Content-Type', 'application/json'],
    ] as const
    const { status, body } = await rawRequest(stack.url, { method: 'POST', path, headers })
    return { status, body }
  }

  test.each([
    { what: 'as it is printed', path: '/token', options: '', expected: vended('acme/silk') },
    {
      what: 'of another pipeline, with its own id',
      path: '/token/release',
      options: '-- --claim pipeline_slug=silk-prod --claim build_branch=release/1',
      expected: vended('acme/silk'),
    },
    {
      what: 'of a pipeline with another repository',
      path: '/token',
      options: '-- --claim pipeline_slug=linen',
      expected: vended('acme/linen'),
    },
    { what: 'without a claim', path: '/token', options: '-- --without agent_id', expected: refused },
    { what: 'that has ended', path: '/token', options: '-- --claim exp=1700000000', expected: refused },
    { what: 'for another audience', path: '/token', options: '-- --claim aud=other', expected: refused },
    {
      what: 'of the issuer that is told',
      path: '/token',
      options: '-- --issuer 0',
      expected: vended('acme/silk'),
    },
  ])('makes a job’s token, $what', async ({ path, options, expected }) => {
    expect(await ask(path, options)).toEqual(expected)
  })

  const usage = `usage: npm run ci-token -- [--issuer INDEX] [--claim NAME=VALUE]… [--without NAME]…
  for the stack that was started last; LOCAL_DIR as it was started with`
  test.each([
    { options: '--issuer 1', message: 'there is no issuer 1, only 1 of them' },
    { options: '--claim aud', message: `--claim takes NAME=VALUE, not aud\n\n${usage}` },
    { options: '--clam aud=x', message: expect.stringContaining(usage) },
  ])('$options: says what is wrong', async ({ options, message }) => {
    const error = await shell(`${makeToken} -- ${options}`).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 1, stdout: '' })
    expect((error as { stderr: string }).stderr.trim()).toEqual(message)
  })

  test('where no stack that vends was started, says so', async () => {
    const command = makeToken.replace(stack.directory, dataDirectory())
    await expect(shell(command)).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'start a stack that vends GitHub tokens first\n',
    })
  })
})
