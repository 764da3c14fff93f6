import { describe, expect, test } from 'vitest'
import { responseParameters, responseUrl } from '../../../shared/protocol/authorization-response.ts'

const issuer = 'https://auth.example'

test('an answer carries state and iss (RFC 6749 §4.1.2, RFC 9207 §2), and leaves out what there is not', () => {
  expect(responseParameters({ code: 'c' }, { state: 's' }, issuer)).toEqual([
    ['code', 'c'],
    ['state', 's'],
    ['iss', issuer],
  ])
  expect(responseParameters({ code: 'c', error: undefined }, { state: undefined }, issuer)).toEqual([
    ['code', 'c'],
    ['iss', issuer],
  ])
})

describe('the URL of an answer', () => {
  test.each([
    ['https://app.example/callback', 'https://app.example/callback?code=c'],
    ['https://app.example', 'https://app.example/?code=c'],
    // §3.1.2: a query "MUST be retained"
    ['https://app.example/cb?a=b%20c&d', 'https://app.example/cb?a=b%20c&d&code=c'],
    ['https://app.example/cb?', 'https://app.example/cb?code=c'],
    ['https://app.example/cb#x', 'https://app.example/cb?code=c'],
    ['com.example.app:/callback', 'com.example.app:/callback?code=c'],
  ])('%s → %s', (redirectUri, url) => {
    expect(responseUrl(new URL(redirectUri), [['code', 'c']])).toBe(url)
  })

  test('can be read by every decoder', () => {
    const state = 'a b+c%20&d=e#f?g/ß世🌍"\'<>'
    const url = responseUrl(new URL('https://app.example/'), [['state', state]])
    expect(new URL(url).searchParams.get('state')).toBe(state)
    expect(decodeURIComponent(url.split('state=')[1] ?? '')).toBe(state)
  })
})
