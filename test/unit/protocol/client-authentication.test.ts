import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readClientCredentials } from '../../../shared/protocol/client-authentication.ts'
import { oauthError } from '../../support/errors.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const basic = (text: string) => `Basic ${base64(text)}`
const read = (authorization: string[], body: Record<string, string> = {}) =>
  readClientCredentials(authorization, new Map(Object.entries(body)))

describe('credentials in the Authorization header (RFC 6749 §2.3.1)', () => {
  test.each([
    { what: 'plain', header: basic('id:secret'), clientId: 'id', clientSecret: 'secret' },
    { what: 'a secret with colons', header: basic('id:a:b:'), clientId: 'id', clientSecret: 'a:b:' },
    { what: 'an empty secret', header: basic('id:'), clientId: 'id', clientSecret: '' },
    { what: 'an escaped colon in the id', header: basic('a%3Ab:s'), clientId: 'a:b', clientSecret: 's' },
    { what: '+ for a space', header: basic('my+app:a+b'), clientId: 'my app', clientSecret: 'a b' },
    { what: '%2B for a plus', header: basic('a%2Bb:c%2Bd'), clientId: 'a+b', clientSecret: 'c+d' },
    { what: 'an escaped percent sign', header: basic('a:100%25'), clientId: 'a', clientSecret: '100%' },
    { what: 'escaped UTF-8', header: basic('caf%C3%A9:%E2%82%AC'), clientId: 'café', clientSecret: '€' },
    { what: 'bare UTF-8', header: basic('café:€'), clientId: 'café', clientSecret: '€' },
    { what: 'a scheme in lower case', header: `basic ${base64('id:s')}`, clientId: 'id', clientSecret: 's' },
    { what: 'a scheme in upper case', header: `BASIC ${base64('id:s')}`, clientId: 'id', clientSecret: 's' },
    { what: 'several spaces', header: `Basic   ${base64('id:s')}`, clientId: 'id', clientSecret: 's' },
  ])('reads $what', ({ header, clientId, clientSecret }) => {
    expect(read([header])).toEqual({ method: 'client_secret_basic', clientId, clientSecret })
  })

  test('may name the same client in the body as well', () => {
    expect(read([basic('id:s')], { client_id: 'id' })).toEqual({
      method: 'client_secret_basic',
      clientId: 'id',
      clientSecret: 's',
    })
  })

  test('reads whatever was encoded as the RFC says', () => {
    const encode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1)
    const text = fc.string({ unit: 'grapheme', minLength: 1 })
    fc.assert(
      fc.property(text, text, (clientId, clientSecret) => {
        expect(read([basic(`${encode(clientId)}:${encode(clientSecret)}`)])).toEqual({
          method: 'client_secret_basic',
          clientId,
          clientSecret,
        })
      }),
    )
  })

  test.each([
    {
      what: 'another scheme',
      header: 'Bearer abc',
      reason: 'the Authorization header is not Basic credentials',
    },
    { what: 'no value', header: 'Basic', reason: 'the Authorization header is not Basic credentials' },
    { what: 'an empty header', header: '', reason: 'the Authorization header is not Basic credentials' },
    { what: 'an empty value', header: 'Basic ', reason: 'the Authorization header is not Basic credentials' },
    { what: 'no base64', header: 'Basic %%%', reason: 'the Authorization header is not Basic credentials' },
    {
      what: 'base64url',
      header: 'Basic aWQ6_-8=',
      reason: 'the Authorization header is not Basic credentials',
    },
    {
      what: 'two values in one',
      header: `${basic('a:b')}, ${basic('c:d')}`,
      reason: 'the Authorization header is not Basic credentials',
    },
    { what: 'no colon', header: basic('id'), reason: 'the Basic credentials have no colon' },
    { what: 'an empty id', header: basic(':secret'), reason: 'the Basic credentials have no client id' },
    {
      what: 'a broken escape in the id',
      header: basic('%zz:s'),
      reason: 'the Basic credentials are not form-encoded',
    },
    {
      what: 'a broken escape in the secret',
      header: basic('id:%'),
      reason: 'the Basic credentials are not form-encoded',
    },
    {
      what: 'escapes that are no UTF-8',
      header: basic('id:%ff'),
      reason: 'the Basic credentials are not form-encoded',
    },
  ])('refuses $what, in public always in the same words', ({ header, reason }) => {
    expect(() => read([header])).toThrow(oauthError('invalid_client', 'Client authentication failed', reason))
  })
})

describe('credentials in the body (RFC 6749 §2.3.1)', () => {
  test('reads id and secret as they are', () => {
    expect(read([], { client_id: 'a+b', client_secret: '%41' })).toEqual({
      method: 'client_secret_post',
      clientId: 'a+b',
      clientSecret: '%41',
    })
  })
  test('reads a lone client_id as a public client’s', () => {
    expect(read([], { client_id: 'app' })).toEqual({ method: 'none', clientId: 'app' })
  })
  test.each([{ body: {} }, { body: { client_secret: 's' } }])('refuses $body', ({ body }) => {
    expect(() => read([], body)).toThrow(
      oauthError('invalid_client', 'Client authentication failed', 'no client credentials'),
    )
  })
})

describe('one method a request (RFC 6749 §2.3)', () => {
  const both = 'Client credentials must come in the Authorization header or in the body, not in both'
  test.each([
    { what: 'both methods', headers: [basic('id:s')], body: { client_secret: 's' }, description: both },
    {
      what: 'both methods, the header being of no use',
      headers: ['Bearer x'],
      body: { client_id: 'id', client_secret: 's' },
      description: both,
    },
    {
      what: 'another client_id in the body',
      headers: [basic('id:s')],
      body: { client_id: 'ID' },
      description: 'client_id differs from the one in the Authorization header',
    },
    {
      what: 'two Authorization headers, though alike',
      headers: [basic('id:s'), basic('id:s')],
      body: {},
      description: 'Authorization must be given once',
    },
  ])('refuses $what', ({ headers, body, description }) => {
    expect(() => read(headers, body)).toThrow(oauthError('invalid_request', description))
  })
})
