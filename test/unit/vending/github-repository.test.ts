import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isSameRepository, parseFullName, parseRepositoryUrl } from '../../../shared/vending/repository.ts'

const host = 'github.com'
const silk = { owner: 'acme', name: 'silk' }

describe('the address of a repository is read', () => {
  test.each([
    'https://github.com/acme/silk',
    'https://github.com/acme/silk/',
    'https://github.com/acme/silk.git',
    'HTTPS://GitHub.com/acme/silk.git',
    'git@github.com:acme/silk.git',
    'git@github.com:acme/silk',
    'ssh://git@github.com/acme/silk.git',
    'ssh://git@github.com/acme/silk',
    'ssh://git@github.com:22/acme/silk.git',
  ])('%s', (url) => {
    expect(parseRepositoryUrl(url, host)).toEqual(silk)
  })

  test.each([
    ['https://github.com/acme/silk.js', { owner: 'acme', name: 'silk.js' }],
    ['git@github.com:a/.github.git', { owner: 'a', name: '.github' }],
    ['git@github.com:Acme_corp/-x_.git', { owner: 'Acme_corp', name: '-x_' }],
  ])('%s', (url, repository) => {
    expect(parseRepositoryUrl(url, host)).toEqual(repository)
  })

  test('on a GitHub Enterprise host', () => {
    expect(parseRepositoryUrl('git@ghe.example.com:acme/silk.git', 'ghe.example.com')).toEqual(silk)
  })
})

describe('no repository of ours is', () => {
  test.each([
    '',
    'github.com/acme/silk',
    'https://github.com/acme',
    'https://github.com/acme/',
    'https://github.com/acme/silk/tree/main',
    'https://github.com/acme/silk?x=1',
    'https://github.com/acme/silk#x',
    'https://github.com//silk',
    'https://github.com/acme/..',
    'https://github.com/../silk',
    'https://github.com/acme/.git',
    'https://github.com/acme/silk.git.git',
    'https://github.com/acme/si%2Flk',
    'https://github.com/acme/si lk',
    'https://github.com/acme/silk\n',
    'https://github.com/ac\u0000me/silk',
    'http://github.com/acme/silk',
    'git://github.com/acme/silk',
    'file:///acme/silk',
    'https://user@github.com/acme/silk',
    'https://user:secret@github.com/acme/silk',
    'https://github.com:8443/acme/silk',
    'https://github.com.example.com/acme/silk',
    'https://example.com/github.com/acme/silk',
    'https://gitlab.com/acme/silk',
    'https://github.com@example.com/acme/silk',
    'git@gitlab.com:acme/silk.git',
    'git@github.com:22/acme/silk.git',
    'root@github.com:acme/silk.git',
    'ssh://github.com/acme/silk.git',
    'ssh://git@github.com:2222/acme/silk.git',
    'org-1234@github.com:acme/silk.git',
    `https://github.com/acme/${'x'.repeat(101)}`,
    'https://github.com/-acme/silk',
    'https://github.com/acme-/silk',
    'https://githüb.com/acme/silk',
  ])('%j', (url) => {
    expect(parseRepositoryUrl(url, host)).toBeUndefined()
  })
})

test('whatever is read has a legal owner and name, and its address reads back', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .tuple(
        fc.constantFrom('https://github.com/', 'git@github.com:', 'ssh://git@github.com/'),
        fc.string(),
        fc.string(),
      )
      .map(([start, owner, name]) => `${start}${owner}/${name}`),
  )
  fc.assert(
    fc.property(anything, (url) => {
      const found = parseRepositoryUrl(url, host)
      expect(
        found === undefined || /^[A-Za-z0-9_-]+\/[A-Za-z0-9._-]+$/.test(`${found.owner}/${found.name}`),
      ).toBe(true)
      const again = found && parseRepositoryUrl(`https://github.com/${found.owner}/${found.name}.git`, host)
      expect(again).toEqual(found)
    }),
  )
})

test.each([
  ['acme/silk', silk],
  ['acme', undefined],
  ['acme/silk/x', undefined],
  ['acme/', undefined],
  ['/silk', undefined],
  ['acme/silk.git', undefined],
])('the full name %j is %j', (value, repository) => {
  expect(parseFullName(value)).toEqual(repository)
})

test.each([
  [{ owner: 'ACME', name: 'Silk' }, true],
  [{ owner: 'acme', name: 'silks' }, false],
  [{ owner: 'acm', name: 'silk' }, false],
])('%j is the same repository: %j', (other, expected) => {
  expect(isSameRepository(silk, other)).toBe(expected)
})
