import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_PROFILE_FILE_BYTES } from '../../../shared/config/profile-file.ts'
import { FaultyProfileFile, type ProfileFault } from '../../../shared/vending/profiles/faults.ts'
import { faultsOf, pipeline, readProfiles } from '../../support/profile-files.ts'

const good = { name: 'p', permissions: ['contents:read'] }
const withRule = (rule: unknown) => pipeline({ ...good, match: [rule] })
const unknownKey = 'no such setting; is it misspelled?'
const fault = (path: string, expected: string, profile?: string): ProfileFault => ({
  path,
  ...(profile === undefined ? {} : { profile }),
  expected,
  costs: 'file',
})

describe('the whole file fails on an unknown key', () => {
  test.each([
    ['at the top', { pipelines: {} }, 'pipelines', undefined],
    ['beside the sections', { ...pipeline(good), version: 1 }, 'version', undefined],
    ['in a section', { pipeline: { profile: [] } }, 'pipeline.profile', undefined],
    [
      'in defaults',
      { pipeline: { defaults: { permission: [] } } },
      'pipeline.defaults.permission',
      undefined,
    ],
    [
      'match rules for the default profile',
      { pipeline: { defaults: { match: [] } } },
      'pipeline.defaults.match',
      undefined,
    ],
    ['defaults for organizations', { organization: { defaults: {} } }, 'organization.defaults', undefined],
    ['in a profile', pipeline({ ...good, permision: [] }), 'pipeline.profiles.0.permision', 'p'],
    [
      'repositories of a pipeline profile',
      pipeline({ ...good, repositories: ['a'] }),
      'pipeline.profiles.0.repositories',
      'p',
    ],
    [
      'in a rule',
      withRule({ claim: 'build_branch', value: 'a', negate: true }),
      'pipeline.profiles.0.match.0.negate',
      'p',
    ],
    ['in a second profile', pipeline(good, { ...good, name: 'q', x: 1 }), 'pipeline.profiles.1.x', 'q'],
    ['in an ignored entry', pipeline({ name: 'default', x: 1 }), 'pipeline.profiles.0.x', 'default'],
    ['of another case', { Pipeline: {} }, 'Pipeline', undefined],
    ['of an unusual spelling', { 'a b': 1 }, '"a b"', undefined],
    ['of JavaScript’s own', '{ "__proto__": { pipeline: {} } }', '__proto__', undefined],
    ['that YAML 1.1 would merge', '<<: { pipeline: {} }', '"<<"', undefined],
  ])('%s', async (_, file, path, profile) => {
    const faults = await faultsOf(file)
    expect(faults.filter(({ costs }) => costs === 'file')).toEqual([fault(path, unknownKey, profile)])
  })
})

describe('the whole file fails on defaults.permissions that are', () => {
  const path = 'pipeline.defaults.permissions'
  test.each([
    ['empty', [], path, 'at least one permission'],
    ['nothing', null, path, 'a list, but there is nothing'],
    ['a text', 'contents:read', path, 'a list'],
    ['unknown to GitHub', ['x:read'], `${path}.0`, 'one of GitHub’s permission names, but got "x"'],
    [
      'of the level admin',
      ['contents:admin'],
      `${path}.0`,
      'contents:read or contents:write, but got "contents:admin"',
    ],
    [
      'without a level',
      ['contents'],
      `${path}.0`,
      'name:read or name:write of GitHub’s permission names, but got "contents"',
    ],
    ['no texts', [3], `${path}.0`, 'a text; put it in quotes'],
    ['nothing in a list', [null], `${path}.0`, 'a text, but there is nothing'],
    ['too many', Array(201).fill('contents:read'), path, 'at most 200 entries'],
  ])('%s', async (_, permissions, at, expected) => {
    const file = { pipeline: { defaults: { permissions }, profiles: [good] } }
    expect(await faultsOf(file)).toEqual([fault(at, expected)])
  })
})

describe('the whole file fails on what is of another form', () => {
  const text = 'a text; put it in quotes'
  const root = 'a mapping of pipeline, organization'
  const profile = 'a mapping of name, match, permissions'
  test.each([
    ['an empty file', '', '', root],
    ['a comment alone', '# nothing yet', '', root],
    ['a list', [], '', root],
    ['a text', 'pipeline', '', root],
    ['a section that is a list', { pipeline: [] }, 'pipeline', 'a mapping of defaults, profiles'],
    ['a section that is a text', { organization: 'x' }, 'organization', 'a mapping of profiles'],
    [
      'defaults that are a list',
      { pipeline: { defaults: [] } },
      'pipeline.defaults',
      'a mapping of permissions',
    ],
    ['profiles that are a mapping', { pipeline: { profiles: {} } }, 'pipeline.profiles', 'a list'],
    ['a profile that is a text', pipeline('p'), 'pipeline.profiles.0', profile],
    ['a profile that is nothing', pipeline(null), 'pipeline.profiles.0', profile],
    ['a profile that is a list', pipeline([]), 'pipeline.profiles.0', profile],
    ['a number for a name', pipeline({ ...good, name: 7 }), 'pipeline.profiles.0.name', text],
    ['rules that are a mapping', pipeline({ ...good, match: {} }), 'pipeline.profiles.0.match', 'a list'],
    ['rules that are false', pipeline({ ...good, match: false }), 'pipeline.profiles.0.match', 'a list'],
    [
      'a rule that is a text',
      withRule('main'),
      'pipeline.profiles.0.match.0',
      'a mapping of claim, value, valuePattern',
    ],
    [
      'a rule that is nothing',
      withRule(null),
      'pipeline.profiles.0.match.0',
      'a mapping of claim, value, valuePattern',
    ],
    ['a number for a claim', withRule({ claim: 1, value: 'a' }), 'pipeline.profiles.0.match.0.claim', text],
    [
      'a number for a value',
      withRule({ claim: 'build_branch', value: 7 }),
      'pipeline.profiles.0.match.0.value',
      text,
    ],
    [
      'a boolean for a value',
      withRule({ claim: 'build_branch', value: true }),
      'pipeline.profiles.0.match.0.value',
      text,
    ],
    [
      'a list for a value',
      withRule({ claim: 'build_branch', value: ['a'] }),
      'pipeline.profiles.0.match.0.value',
      text,
    ],
    [
      'a number for a pattern',
      withRule({ claim: 'build_branch', valuePattern: 7 }),
      'pipeline.profiles.0.match.0.valuePattern',
      text,
    ],
    [
      'permissions that are a text',
      pipeline({ ...good, permissions: 'contents:read' }),
      'pipeline.profiles.0.permissions',
      'a list',
    ],
    [
      'permissions that are a mapping',
      pipeline({ ...good, permissions: { contents: 'read' } }),
      'pipeline.profiles.0.permissions',
      'a list',
    ],
    [
      'repositories that are a text',
      { organization: { profiles: [{ ...good, repositories: 'a' }] } },
      'organization.profiles.0.repositories',
      'a list',
    ],
    ['10,001 profiles', pipeline(...Array(10_001).fill({})), 'pipeline.profiles', 'at most 10000 entries'],
  ])('%s', async (_, file, path, expected) => {
    const own = (await faultsOf(file)).filter(({ costs }) => costs === 'file')
    expect(own.map((one) => ({ path: one.path, expected: one.expected }))).toEqual([{ path, expected }])
  })
})

describe('the whole file fails on what is no YAML of ours', () => {
  const bomb = [
    'a: &a [x, x, x, x, x, x, x, x, x]',
    ...['b', 'c', 'd', 'e'].map((name, index) => {
      const alias = `*${'abcd'[index]}`
      return `${name}: &${name} [${Array(9).fill(alias).join(', ')}]`
    }),
  ].join('\n')
  test.each([
    [
      'a key that is there twice',
      'pipeline: {}\npipeline: {}',
      /^YAML, but: The key "pipeline" is there twice at line 2, column 1$/,
    ],
    [
      'a key that is there twice in a profile',
      'pipeline:\n  profiles:\n    - name: a\n      name: b',
      /^YAML, but: The key "name" is there twice at line 4, column 7$/,
    ],
    ['a key that is no text', '1: 2', /^YAML, but: A key that is no text at line 1, column 1$/],
    ['a key that is a list', '? [a]\n: b', /^YAML, but: A key that is no text at line 1, column 3$/],
    [
      'a second document',
      '--- {}\n--- {}',
      /^YAML, but: Source contains multiple documents.* at line 2, column 1$/,
    ],
    ['a bracket that is not closed', 'pipeline: [', /^YAML, but: .* at line 1, column 12$/],
    ['a tab for indentation', 'pipeline:\n\tprofiles: []', /^YAML, but: .*[Tt]abs.* at line 2, column 1$/],
    ['an unknown tag', 'pipeline: !code x', /^YAML, but: Unresolved tag: !code at line 1, column 11$/],
    [
      'a tag of YAML 1.1',
      '%YAML 1.1\n---\npipeline: !!set { a }',
      /^YAML, but: Unresolved tag: tag:yaml\.org,2002:set at line 3, column 11$/,
    ],
    [
      'a date',
      'pipeline: !!timestamp 2026-01-01',
      /^YAML, but: Unresolved tag: .*timestamp at line 1, column 11$/,
    ],
    ['an alias without its anchor', 'pipeline: *nope', /^YAML, but: Unresolved alias .*nope$/],
    [
      'aliases that multiply',
      bomb,
      /^YAML, but: Excessive alias count indicates a resource exhaustion attack$/,
    ],
    [
      '2,001 aliases',
      `- &a x\n${'- *a\n'.repeat(2001)}`,
      /^YAML, but: More than 2000 aliases at line 2002, column 3$/,
    ],
    ['lists without end', '['.repeat(100_000), /^YAML, but: Maximum call stack size exceeded/],
    ['mappings without end', '{a: '.repeat(20_000), /^YAML, but: Maximum call stack size exceeded/],
    [
      'more than can be kept',
      `# ${'é'.repeat(MAX_PROFILE_FILE_BYTES / 2)}`,
      /^a file of at most 390000 bytes, but it has 390002$/,
    ],
  ])('%s', async (_, text, expected) => {
    const [first, ...others] = await faultsOf(text)
    expect(first).toEqual({ path: '', expected: expect.stringMatching(expected), costs: 'file' })
    expect(others.every(({ path, costs }) => path === '' && costs === 'file')).toBe(true)
  })
  test('although nothing is wrong with as much as can be kept', async () => {
    const text = `{} # ${'x'.repeat(MAX_PROFILE_FILE_BYTES - 5)}`
    expect((await readProfiles(text)).faults).toEqual([])
    expect(await faultsOf(`${text}x`)).toHaveLength(1)
  })
  test('an alias that contains itself is read no deeper than the form goes', async () => {
    expect(await faultsOf('pipeline: &a { profiles: [*a] }')).toContainEqual(
      fault('pipeline.profiles.0.profiles', unknownKey),
    )
  })
})

describe('time does not run away', () => {
  const keys = Array.from({ length: 50_000 }, (_, index) => `k${index}: 1`)
  const anchors = Array.from({ length: 40_000 }, (_, index) => `- &a${index} x\n- *a${index}`)
  const rules = `[${'{ claim: build_branch, value: a }, '.repeat(100)}]`
  test.each([
    // 34 s when the parser compared each key with those before it.
    ['50,000 keys', `{${keys.join(', ')}}`],
    // 85 s when each alias was looked up.
    ['40,000 aliases', anchors.join('\n')],
    ['9,000 profiles of one name', `pipeline: { profiles: [${'{ name: a },'.repeat(9000)}] }`],
    [
      '100 rules, 1,900 times',
      `pipeline:\n  profiles:\n    - &p { name: a, match: ${rules} }\n${'    - *p\n'.repeat(1900)}`,
    ],
    ['200,000 comments', '#\n'.repeat(200_000)],
  ])('%s are read within 10 s', async (_, text) => {
    const began = performance.now()
    const outcome = await readProfiles(text).catch((error: unknown) => error)
    expect(outcome).toBeDefined()
    // Measured alone: at most 1.2 s.
    expect(performance.now() - began).toBeLessThan(10_000)
  })
})

describe('the error', () => {
  test('lists what costs the file, and then what was found in its profiles', async () => {
    const file = { ...pipeline({ ...good, permissions: [] }, good), x: 1, y: 2 }
    const faults = await faultsOf(file)
    expect(faults.map(({ path, costs }) => [path, costs])).toEqual([
      ['x', 'file'],
      ['y', 'file'],
      ['pipeline.profiles.0.permissions', 'profile'],
      ['pipeline.profiles.0.name', 'profile'],
      ['pipeline.profiles.1.name', 'profile'],
    ])
  })
  test('says in its message what costs the file', async () => {
    await expect(readProfiles({ ...pipeline({ ...good, permissions: [] }), x: 1, y: 2 })).rejects.toThrow(
      /^the profile file cannot be used: x: expected [^;]*; is it misspelled\?; y: expected [^;]*; is it misspelled\?$/,
    )
    expect(new FaultyProfileFile([fault('x', 'a'), fault('', 'b')]).message).toBe(
      'the profile file cannot be used: x: expected a; (the whole file): expected b',
    )
  })
  test('tells twenty of them and how many more there are', () => {
    const faults = Array.from({ length: 23 }, (_, index) => fault(`k${index}`, 'x'))
    expect(new FaultyProfileFile(faults).message).toMatch(/k19: expected x; and 3 more$/)
    expect(new FaultyProfileFile(faults.slice(0, 20)).message).toMatch(/k19: expected x$/)
  })
  test('is the only one, whatever the text', async () => {
    const syntax = fc.string({ unit: fc.constantFrom(...'{}[]:,-?|>&*!%@#"\'\\ \n\tab:'), maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(fc.oneof(syntax, fc.string({ unit: 'binary', maxLength: 60 })), async (text) => {
        const outcome = await readProfiles(text).catch((error: unknown) => error)
        expect(outcome instanceof Error && !(outcome instanceof FaultyProfileFile)).toBe(false)
      }),
      { numRuns: 3000 },
    )
  })
})
