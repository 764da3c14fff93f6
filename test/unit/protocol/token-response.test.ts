import { describe, expect, test } from 'vitest'
import { seconds } from '../../../shared/protocol/brands.ts'
import { type TokenResponseStyle, tokenResponse } from '../../../shared/protocol/token-response.ts'

const respond = (
  scope: string[],
  requestedScope: string[] | undefined,
  style: Partial<TokenResponseStyle> = {},
) =>
  tokenResponse(
    { accessToken: 'the-token', expiresIn: seconds(3600), scope, requestedScope },
    { tokenType: 'Bearer', scope: 'changed', ...style },
  )
const withoutScope = { access_token: 'the-token', token_type: 'Bearer', expires_in: 3600 }

describe('the token response (RFC 6749 §5.1)', () => {
  test.each([
    { what: 'the same', granted: ['read', 'write'], requested: ['read', 'write'] },
    { what: 'the same in another order', granted: ['read', 'write'], requested: ['write', 'read'] },
  ])('leaves scope out where the granted one is $what', ({ granted, requested }) => {
    expect(respond(granted, requested)).toEqual(withoutScope)
  })

  test.each([
    { what: 'more', granted: ['read', 'write'], requested: ['read'] },
    { what: 'less', granted: ['read'], requested: ['read', 'write'] },
    { what: 'another', granted: ['read'], requested: ['write'] },
    { what: 'none by name', granted: ['read', 'write'], requested: undefined },
  ])('has the granted scope where $what was requested: REQUIRED', ({ granted, requested }) => {
    expect(respond(granted, requested)).toEqual({ ...withoutScope, scope: granted.join(' ') })
  })

  test('has it always where the deployment says so', () => {
    expect(respond(['read', 'write'], ['write', 'read'], { scope: 'always' })).toEqual({
      ...withoutScope,
      scope: 'read write',
    })
  })
  test('spells the token type as the deployment does', () => {
    expect(respond(['read'], ['read'], { tokenType: 'bearer' })).toEqual({
      ...withoutScope,
      token_type: 'bearer',
    })
  })
})
