import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { checkProfiles, explain, tellFaults } from '../../../infra/cli/profiles.ts'

const yaml = `
pipeline:
  defaults: { permissions: ["contents:read"] }
  profiles:
    - name: release
      match:
        - { claim: pipeline_slug, value: silk-prod }
        - { claim: build_branch, valuePattern: "main|release/.*" }
      permissions: ["contents:write", "packages:write"]
organization:
  profiles:
    - { name: libs, repositories: [linen, cotton], permissions: ["contents:read"] }
    - { name: all, repositories: ["{{all-repositories}}"], permissions: ["contents:read"] }
    - name: one
      match: [{ claim: oidc.circleci.com/context-ids, value: prod }]
      repositories: ["{{caller-scoped-repository}}"]
      permissions: ["contents:read"]
`
const faulty = `
pipeline:
  profiles:
    - { name: a, permissions: ["contents:read"], match: [{ claim: build_branch, valuePattern: "(?=a)" }] }
    - { name: a/b, permissions: [] }
    - { name: default, permissions: ["contents:read"] }
`
const told = [
  'p.yaml: 4 faults',
  '  pipeline.profiles.0.match.0.valuePattern: expected an RE2 pattern, but: error parsing regexp: invalid or unsupported Perl syntax: `(?=` (this profile is unavailable)',
  '  pipeline.profiles.1.name: expected a name of 1 to 100 characters without / or :, white space or control characters, but got "a/b" (this profile is unavailable)',
  '  pipeline.profiles.1.permissions: expected at least one permission (this profile is unavailable)',
  '  pipeline.profiles.2.name: expected another name: the default profile is what pipeline.defaults says; this is ignored (this entry is ignored)',
]
const buildkite = { iss: 'https://agent.buildkite.com', pipeline_slug: 'silk-prod', build_branch: 'main' }
const explainTo = (claims: Record<string, unknown>, profile = 'release', kind?: 'organization') =>
  explain(yaml, { kind: kind ?? 'pipeline', profile, claims })

describe('profiles check', () => {
  test('finds nothing in a good file', async () => {
    expect(await checkProfiles(yaml)).toEqual([])
  })
  test('tells every fault, those of patterns included, and what each costs', async () => {
    expect(tellFaults('p.yaml', await checkProfiles(faulty))).toBe(told.join('\n'))
  })
  test('tells those of the profiles although the whole file fails', async () => {
    const faults = await checkProfiles(`${faulty}x: 1`)
    expect(tellFaults('p.yaml', faults)).toBe(
      [
        'p.yaml: 5 faults',
        '  x: expected no such setting; is it misspelled? (the whole file fails)',
        ...told.slice(1),
      ].join('\n'),
    )
  })
  test('tells what is no YAML', async () => {
    expect(tellFaults('p.yaml', await checkProfiles('a: ['))).toMatch(
      /^p\.yaml: one fault\n {2}\(the whole file\): expected YAML, but: .* at line 1, column 5 \(the whole file fails\)$/,
    )
  })
  test('knows the claims of the configured issuers alone', async () => {
    const issuers = [{ allowedClaims: ['branch'] }]
    const faults = await checkProfiles(yaml, issuers)
    expect(faults.map(({ path }) => path)).toEqual([
      'pipeline.profiles.0.match.0.claim',
      'pipeline.profiles.0.match.1.claim',
      'organization.profiles.2.match.0.claim',
    ])
  })
})

describe('profiles explain', () => {
  const head = [
    'profile: pipeline "release"',
    'repositories: the pipeline’s own',
    'permissions: contents:write, packages:write',
    'issuer: "https://agent.buildkite.com"',
  ]
  test.each([
    [
      'a caller that passes',
      buildkite,
      [
        'rule 1: pipeline_slug, value "silk-prod": matched; the claim is "silk-prod"',
        'rule 2: build_branch, pattern "main|release/.*": matched; the claim is "main"',
        'answer: the caller passes, where its issuer is configured',
      ],
    ],
    [
      'a caller whose branch does not match',
      { ...buildkite, build_branch: 'main-attacker' },
      [
        'rule 1: pipeline_slug, value "silk-prod": matched; the claim is "silk-prod"',
        'rule 2: build_branch, pattern "main|release/.*": no match; the claim is "main-attacker"',
        'answer: 403 Forbidden',
      ],
    ],
    [
      'a claim that is missing, and one that is malformed, in which nothing stays hidden',
      { iss: buildkite.iss, build_branch: 'main\u202e\u00a0\n' },
      [
        'rule 1: pipeline_slug, value "silk-prod": claim missing',
        'rule 2: build_branch, pattern "main|release/.*": claim malformed; the claim is "main\\u{202e}\\u{a0}\\n"',
        'answer: 403 Forbidden',
      ],
    ],
    [
      'a claim without end',
      { ...buildkite, build_branch: 'x'.repeat(1000) },
      [
        'rule 1: pipeline_slug, value "silk-prod": matched; the claim is "silk-prod"',
        `rule 2: build_branch, pattern "main|release/.*": claim malformed; the claim is "${'x'.repeat(299)}…`,
        'answer: 403 Forbidden',
      ],
    ],
  ])('%s', async (_, claims, rest) => {
    expect((await explainTo(claims)).split('\n')).toEqual([...head, ...rest])
  })
  test('a claim that the issuer of the caller does not allow, though another does', async () => {
    const claims = { ...buildkite, iss: 'https://token.actions.githubusercontent.com' }
    expect((await explainTo(claims)).split('\n').slice(3)).toEqual([
      'issuer: "https://token.actions.githubusercontent.com"',
      'rule 1: pipeline_slug, value "silk-prod": claim not allowed; the claim is "silk-prod"',
      'rule 2: build_branch, pattern "main|release/.*": claim not allowed; the claim is "main"',
      'answer: 403 Forbidden',
    ])
  })
  test.each([
    [{ iss: 'https://other.example' }, '"https://other.example"'],
    [{}, 'missing'],
  ])('a caller of an issuer that is not known: %j', async (iss, shown) => {
    const { iss: _, ...claims } = buildkite
    expect((await explainTo({ ...claims, ...iss })).split('\n')).toEqual([
      ...head.slice(0, 3),
      `issuer: ${shown}, which is none of those looked at; the claims of all are allowed`,
      'rule 1: pipeline_slug, value "silk-prod": matched; the claim is "silk-prod"',
      'rule 2: build_branch, pattern "main|release/.*": matched; the claim is "main"',
      'answer: the caller passes, where its issuer is configured',
    ])
  })
  test.each([
    ['libs', 'cotton, linen'],
    ['all', 'all of the organization'],
  ])('the organization profile %s', async (profile, repositories) => {
    expect((await explainTo(buildkite, profile, 'organization')).split('\n')).toEqual([
      `profile: organization "${profile}"`,
      `repositories: ${repositories}`,
      'permissions: contents:read',
      'issuer: "https://agent.buildkite.com"',
      'rules: none, which match everyone',
      'answer: the caller passes, where its issuer is configured',
    ])
  })
  test('a list, of which one element matches', async () => {
    const claims = { 'oidc.circleci.com/context-ids': ['test', 'prod'] }
    expect((await explainTo(claims, 'one', 'organization')).split('\n')).toEqual([
      'profile: organization "one"',
      'repositories: the one that the caller names in repository-scope',
      'permissions: contents:read',
      'issuer: missing, which is none of those looked at; the claims of all are allowed',
      'rule 1: oidc.circleci.com/context-ids, value "prod": matched; the claim is ["test","prod"]',
      'answer: the caller passes, where its issuer is configured',
    ])
  })
  test('a profile that does not exist', async () => {
    expect(await explainTo(buildkite, 'nope\u202e')).toBe(
      'profile: pipeline "nope\\u{202e}"\nanswer: 404 profile not found',
    )
  })
  test('a profile that is unavailable', async () => {
    const question = { kind: 'pipeline', profile: 'a', claims: buildkite } as const
    expect(await explain(faulty, question)).toBe(
      [
        'profile: pipeline "a"',
        'faults: pipeline.profiles.0.match.0.valuePattern: expected an RE2 pattern, but: error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
        'answer: 404 profile unavailable: validation failed',
      ].join('\n'),
    )
  })
})

describe('on the command line', () => {
  const root = new URL('../../../', import.meta.url).pathname
  const folder = mkdtempSync(join(tmpdir(), 'scrip-profiles-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const good = file('good.yaml', yaml)
  const bad = file('p.yaml', faulty)
  const broken = file('broken.yaml', 'x: 1')
  const claims = file('claims.json', JSON.stringify(buildkite))
  const list = file('list.json', '[]')
  const notJson = file('not.json', '{"hush"')
  const usage = /^usage: npm run scrip -- COMMAND\n/

  function profiles(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
    return new Promise((resolve) => {
      const all = ['infra/cli/main.ts', 'profiles', ...args]
      execFile(process.execPath, all, { cwd: root }, (error, stdout, stderr) =>
        resolve({ code: error ? error.code : 0, stdout, stderr }),
      )
    })
  }

  test.concurrent.each([
    { args: ['check', good], stdout: /good\.yaml: no faults\n$/ },
    {
      args: ['explain', good, '--claims', claims, '--profile', 'release'],
      stdout:
        /^profile: pipeline "release"\n(.*\n)*answer: the caller passes, where its issuer is configured\n$/,
    },
    {
      args: ['explain', good, '--claims', claims, '--profile', 'libs', '--organization-profile'],
      stdout:
        /^profile: organization "libs"\n(.*\n)*answer: the caller passes, where its issuer is configured\n$/,
    },
    {
      args: [
        'explain',
        good,
        '--claims',
        claims,
        '--profile',
        'release',
        '--config',
        'infra/presets/ci.yaml',
      ],
      stdout:
        /\nissuer: "https:\/\/agent\.buildkite\.com"; refused: another audience\nanswer: 401 invalid_token\n$/,
    },
  ])('$args succeeds', async ({ args, stdout }) => {
    expect(await profiles(...args)).toEqual({ code: 0, stdout: expect.stringMatching(stdout), stderr: '' })
  })

  test.concurrent.each([
    { args: [], stderr: usage },
    { args: ['check'], stderr: usage },
    { args: ['check', good, good], stderr: usage },
    { args: ['check', good, '--profile', 'release'], stderr: usage },
    { args: ['lint', good], stderr: usage },
    { args: ['explain', good], stderr: usage },
    { args: ['explain', good, '--claims', claims], stderr: usage },
    { args: ['explain', good, '--profile', 'release'], stderr: usage },
    { args: ['check', good, '--colour'], stderr: /^Unknown option '--colour'.*\n\nusage: / },
    { args: ['check', 'no/such.yaml'], stderr: /^no\/such\.yaml cannot be read\n$/ },
    {
      args: ['check', bad],
      stderr: /p\.yaml: 4 faults\n {2}pipeline\.profiles\.0\.match\.0\.valuePattern: /,
    },
    {
      args: ['explain', broken, '--claims', claims, '--profile', 'x'],
      stderr:
        /broken\.yaml: one fault\n {2}x: expected no such setting; is it misspelled\? \(the whole file fails\)\n$/,
    },
    {
      args: ['explain', good, '--claims', list, '--profile', 'x'],
      stderr: /list\.json is not a JSON object of claims\n$/,
    },
    { args: ['explain', good, '--claims', notJson, '--profile', 'x'], stderr: /not\.json is not JSON\n$/ },
    {
      args: ['check', good, '--config', 'infra/presets/ci.yaml'],
      stderr:
        /good\.yaml: one fault\n {2}organization\.profiles\.2\.match\.0\.claim: expected a claim that a configured issuer allows/,
    },
    {
      args: ['check', good, '--config', 'infra/presets/default.yaml'],
      stderr: /^infra\/presets\/default\.yaml has no vend, so that no profile is ever asked for\n$/,
    },
  ])('$args ends with 1 and a sentence, never with a stack trace', async ({ args, stderr }) => {
    const result = await profiles(...args)
    expect(result).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(stderr) })
    expect(result.stderr).not.toMatch(/^\s+at /m)
    expect(result.stderr).not.toContain('hush')
  })
})
