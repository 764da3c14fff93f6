import { describe, expect, test } from 'vitest'
import { seconds } from '../../../shared/protocol/brands.ts'
import { type TokenResponseStyle, tokenResponse } from '../../../shared/protocol/token-response.ts'

const plain: TokenResponseStyle = { tokenType: 'Bearer', scope: 'changed', refreshTokenExpiresIn: false }
const respond = (
  scope: string[],
  requestedScope: string[] | undefined,
  style: Partial<TokenResponseStyle> = {},
) =>
  tokenResponse(
    { accessToken: 'the-token', expiresIn: seconds(3600), scope, requestedScope },
    { ...plain, ...style },
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

  test.each([
    {
      what: 'a refresh token',
      more: { refreshToken: { value: 'r', expiresIn: seconds(9) } },
      told: { refresh_token: 'r' },
    },
    {
      what: 'a refresh token and its lifetime, where the deployment says so',
      more: { refreshToken: { value: 'r', expiresIn: seconds(9) } },
      style: { refreshTokenExpiresIn: true },
      told: { refresh_token: 'r', refresh_token_expires_in: 9 },
    },
    {
      what: 'a refresh token without end',
      more: { refreshToken: { value: 'r', expiresIn: undefined } },
      style: { refreshTokenExpiresIn: true },
      told: { refresh_token: 'r' },
    },
    { what: 'no refresh token', more: {}, style: { refreshTokenExpiresIn: true }, told: {} },
    {
      what: 'an ID token (OpenID Connect Core 1.0 §3.1.3.3)',
      more: { idToken: 'i' },
      told: { id_token: 'i' },
    },
  ])('has $what', ({ more, style, told }) => {
    const issued = { accessToken: 'the-token', expiresIn: seconds(3600), scope: [], requestedScope: [] }
    expect(tokenResponse({ ...issued, ...more }, { ...plain, ...style })).toEqual({
      ...withoutScope,
      ...told,
    })
  })

  test('has no expires_in for a token that never expires', () => {
    const issued = { accessToken: 'the-token', expiresIn: undefined, scope: [], requestedScope: [] }
    expect(tokenResponse(issued, plain)).toEqual({ access_token: 'the-token', token_type: 'Bearer' })
  })
})
