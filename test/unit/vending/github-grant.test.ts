import { describe, expect, test } from 'vitest'
import { readGrant } from '../../../shared/vending/github/grant.ts'
import type { MintRequest } from '../../../shared/vending/types.ts'

const now = Date.parse('2026-01-01T10:00:00Z') / 1000
const asked: MintRequest = {
  owner: 'acme',
  repositories: { kind: 'named', names: ['silk', 'linen'] },
  permissions: ['contents:read', 'issues:write'],
}
const good = {
  token: 'ghs_12345_eyJ.x.y',
  expires_at: '2026-01-01T11:00:00Z',
  permissions: { issues: 'write', contents: 'read', metadata: 'read' },
  repository_selection: 'selected',
  repositories: [{ full_name: 'Acme/silk' }, { full_name: 'Acme/Linen' }],
}
const token = {
  token: good.token,
  expiresAt: now + 3600,
  repositories: ['Acme/Linen', 'Acme/silk'],
  permissions: ['contents:read', 'issues:write', 'metadata:read'],
}
const ofAll: MintRequest = { ...asked, repositories: { kind: 'all' } }
const without = (name: keyof typeof good) => ({ ...good, [name]: undefined })

describe('an answer is taken as the token asked for', () => {
  test.each([
    { what: 'as GitHub gives it', answer: good, expected: token },
    {
      what: 'without metadata:read, which is told all the same',
      answer: { ...good, permissions: { issues: 'write', contents: 'read' } },
      expected: token,
    },
    {
      what: 'with an expiry in another zone and of milliseconds',
      answer: { ...good, expires_at: '2026-01-01T12:00:00.500+01:00' },
      expected: token,
    },
    {
      what: 'with bare names',
      answer: { ...good, repositories: [{ name: 'silk' }, { name: 'linen' }] },
      expected: { ...token, repositories: ['acme/linen', 'acme/silk'] },
    },
    {
      what: 'without repositories',
      answer: without('repositories'),
      expected: { ...token, repositories: ['acme/linen', 'acme/silk'] },
    },
    { what: 'without a selection', answer: without('repository_selection'), expected: token },
    { what: 'without permissions', answer: without('permissions'), expected: token },
  ])('$what', ({ answer, expected }) => {
    expect(readGrant(answer, asked, now)).toEqual({ kind: 'as asked', token: expected })
  })

  test.each(['all', 'selected'])(
    'of all repositories, whatever its installation’s selection is: %s',
    (selection) => {
      const answer = { ...good, repository_selection: selection }
      expect(readGrant(answer, ofAll, now)).toEqual({
        kind: 'as asked',
        token: { ...token, repositories: [] },
      })
    },
  )
})

describe('an answer is refused, and its token is to be ended,', () => {
  const wide = 'the token covers a repository that was not asked for'
  test.each([
    {
      what: 'that has ended',
      answer: { ...good, expires_at: '2026-01-01T10:00:00Z' },
      reason: 'the token has no expiry to come',
    },
    { what: 'without an end', answer: without('expires_at'), reason: 'the token has no expiry to come' },
    {
      what: 'with an end that is no time',
      answer: { ...good, expires_at: '2027' },
      reason: 'the token has no expiry to come',
    },
    {
      what: 'with an end that is a number',
      answer: { ...good, expires_at: 4_000_000_000 },
      reason: 'the token has no expiry to come',
    },
    {
      what: 'with a permission more',
      answer: { ...good, permissions: { ...good.permissions, packages: 'read' } },
      reason: 'asked and granted permissions differ in packages:read',
    },
    {
      what: 'with a permission less',
      answer: { ...good, permissions: { contents: 'read' } },
      reason: 'asked and granted permissions differ in issues:write',
    },
    {
      what: 'with a higher level',
      answer: { ...good, permissions: { ...good.permissions, contents: 'write' } },
      reason: 'asked and granted permissions differ in contents:read contents:write',
    },
    {
      what: 'with no permission at all',
      answer: { ...good, permissions: {} },
      reason: 'asked and granted permissions differ in contents:read issues:write',
    },
    {
      what: 'of all repositories',
      answer: { ...good, repository_selection: 'all' },
      reason: 'the token covers all repositories',
    },
    {
      what: 'of a repository more',
      answer: { ...good, repositories: [...good.repositories, { full_name: 'Acme/secret' }] },
      reason: wide,
    },
    {
      what: 'of another owner’s',
      answer: { ...good, repositories: [{ full_name: 'evil/silk' }, { full_name: 'Acme/linen' }] },
      reason: wide,
    },
    {
      what: 'of repositories that are not told',
      answer: { ...good, repositories: [{}, null] },
      reason: wide,
    },
    {
      what: 'of a repository less',
      answer: { ...good, repositories: [{ full_name: 'Acme/silk' }] },
      reason: 'the token does not cover every repository asked for',
    },
    {
      what: 'of none',
      answer: { ...good, repositories: [] },
      reason: 'the token does not cover every repository asked for',
    },
  ])('$what', ({ answer, reason }) => {
    expect(readGrant(answer, asked, now)).toEqual({ kind: 'other', reason, token: good.token })
  })
})

describe('an answer without a token that could be used:', () => {
  test.each([undefined, null, 1, '', 'has space', 'line\nbreak', 'ümlaut', 'x'.repeat(4097)])(
    '%j',
    (value) => {
      expect(readGrant({ ...good, token: value }, asked, now)).toEqual({
        kind: 'other',
        reason: 'the answer has no token',
        token: undefined,
      })
    },
  )
})
