import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Containments,
  containedScopes,
  coveredScopes,
  covers,
  formatScope,
  grantScope,
  isScopeToken,
  parseScope,
  type ScopePolicy,
} from '../../../shared/protocol/scope.ts'
import { oauthError } from '../../support/errors.ts'

const catalogue: Containments = {
  read: { contains: [] },
  write: { contains: [] },
  manage: { contains: ['write'] },
  admin: { contains: ['read', 'manage'] },
}
const defaults: ScopePolicy = { whenOmitted: 'default', default: ['read'] }

describe('scope-token grammar (RFC 6749 §3.3)', () => {
  test.each(['read', 'read:jobs', 'REPOSITORY_READ', 'https://api.example/x', '!', '~', '[]'])(
    'accepts %j',
    (name) => {
      expect(isScopeToken(name)).toBe(true)
    },
  )
  test.each(['', ' ', 'a b', 'a"b', 'a\\b', 'é', 'a\n', '\u007f', '\u0000'])('refuses %j', (name) => {
    expect(isScopeToken(name)).toBe(false)
  })
})

describe('parseScope', () => {
  test('names each scope once, in the order given', () => {
    expect(parseScope('write read write')).toEqual(['write', 'read'])
  })
  test('forgives stray spaces', () => {
    expect(parseScope('  read   write ')).toEqual(['read', 'write'])
  })
  test.each(['read\twrite', 'read\nwrite', 'lecture-é', '"read"', 'a\\b'])(
    'refuses %j as invalid_scope',
    (value) => {
      expect(() => parseScope(value)).toThrow(
        oauthError('invalid_scope', 'scope has a character that no scope may have'),
      )
    },
  )
})

describe('containment', () => {
  test('is transitive', () => {
    expect(coveredScopes(['admin'], catalogue)).toEqual(new Set(['admin', 'read', 'manage', 'write']))
  })
  test('does not run backwards', () => {
    expect(covers(['write'], ['manage'], catalogue)).toBe(false)
  })
  test('of unrelated scopes does not exist: write does not cover read', () => {
    expect(covers(['write'], ['read'], catalogue)).toBe(false)
  })
  test('ends on a cycle', () => {
    const cycle = { a: { contains: ['b'] }, b: { contains: ['a'] } }
    expect(containedScopes(['a'], cycle)).toEqual(new Set(['a', 'b']))
  })
  test('takes no name from the prototype of an object', () => {
    expect(coveredScopes(['constructor', '__proto__'], catalogue)).toEqual(
      new Set(['constructor', '__proto__']),
    )
  })
})

describe('grantScope', () => {
  test('grants what is requested and registered', () => {
    expect(grantScope(['write', 'read'], ['read', 'write'], catalogue, defaults)).toEqual(['write', 'read'])
  })
  test('grants a scope that a registered one contains, under its own name', () => {
    expect(grantScope(['write'], ['admin'], catalogue, defaults)).toEqual(['write'])
  })
  test('names an unknown scope', () => {
    expect(() => grantScope(['read', 'nope'], ['read'], catalogue, defaults)).toThrow(
      oauthError('invalid_scope', 'unknown scope: nope'),
    )
  })
  test('names a scope that is not registered for the client', () => {
    expect(() => grantScope(['admin'], ['read'], catalogue, defaults)).toThrow(
      oauthError('invalid_scope', 'scope not registered for this client: admin'),
    )
  })
  test('knows no scope by the name of an object method', () => {
    expect(() => grantScope(['toString'], ['read'], catalogue, defaults)).toThrow(
      oauthError('invalid_scope', 'unknown scope: toString'),
    )
  })

  describe('when no scope is requested', () => {
    test.each([{ requested: undefined }, { requested: [] }])('takes $requested for none', ({ requested }) => {
      expect(grantScope(requested, ['read', 'write'], catalogue, defaults)).toEqual(['read'])
    })
    test('grants of the defaults only what the client may have', () => {
      const policy: ScopePolicy = { whenOmitted: 'default', default: ['read', 'write'] }
      expect(grantScope(undefined, ['write'], catalogue, policy)).toEqual(['write'])
    })
    test('refuses when no default is the client’s', () => {
      expect(() => grantScope(undefined, ['write'], catalogue, defaults)).toThrow(
        oauthError('invalid_scope', 'no scope was requested, and this client has none by default'),
      )
    })
    test('grants all registered scopes where the policy says so, but for those the catalogue dropped', () => {
      const policy: ScopePolicy = { whenOmitted: 'registered', default: [] }
      expect(grantScope(undefined, ['read', 'gone', 'write'], catalogue, policy)).toEqual(['read', 'write'])
    })
    test('is an error where the policy says so', () => {
      expect(() => grantScope(undefined, ['read'], catalogue, { whenOmitted: 'error', default: [] })).toThrow(
        oauthError('invalid_scope', 'scope is required'),
      )
    })
  })
})

describe('properties', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  const scopes = fc.subarray(names)
  const catalogues: fc.Arbitrary<Containments> = fc
    .tuple(...names.map(() => fc.subarray(names)))
    .map((contains) =>
      Object.fromEntries(names.map((name, index) => [name, { contains: contains[index] ?? [] }])),
    )

  test('covering is monotonic: more scope never covers less', () => {
    fc.assert(
      fc.property(scopes, scopes, catalogues, (some, more, any) => {
        const all = coveredScopes([...some, ...more], any)
        expect([...coveredScopes(some, any)].every((name) => all.has(name))).toBe(true)
      }),
    )
  })
  test('covering is closed: what is covered covers nothing more', () => {
    fc.assert(
      fc.property(scopes, catalogues, (some, any) => {
        const once = coveredScopes(some, any)
        expect(coveredScopes(once, any)).toEqual(once)
      }),
    )
  })
  test('granted scope is always the requested names, and covered by the registered scope', () => {
    fc.assert(
      fc.property(fc.subarray(names, { minLength: 1 }), scopes, catalogues, (requested, registered, any) => {
        const registeredCovers = covers(registered, requested, any)
        const grant = () => grantScope(requested, registered, any, defaults)
        if (registeredCovers) expect(grant()).toEqual(requested)
        else expect(grant).toThrow('invalid_scope')
      }),
    )
  })
  test('the wire form reads back', () => {
    fc.assert(
      fc.property(scopes, (some) => {
        expect(parseScope(formatScope(some))).toEqual(some)
      }),
    )
  })
})
