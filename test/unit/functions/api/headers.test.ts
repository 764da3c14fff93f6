import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeValue, identityHeaders } from '../../../../functions/api/upstream/identity.ts'
import { requestHeaders } from '../../../../functions/api/upstream/request-headers.ts'
import { responseHeaders } from '../../../../functions/api/upstream/response-headers.ts'
import { epochSeconds } from '../../../../shared/protocol/brands.ts'
import { ada } from './support.ts'

const kept = { 'x-kept': ['1'] }

describe('what an upstream never sees of a request', () => {
  test.each([
    // credentials
    'authorization',
    'cookie',
    'cookie2',
    'x-api-key',
    // what is ours to say
    'x-scrip-subject',
    'x-scrip-secret',
    'x-scrip-admin',
    'x-scrip-edge',
    'x-scrip',
    // who calls, as others say it
    'remote-user',
    'x-remote-user',
    // of the connection
    'connection',
    'keep-alive',
    'proxy-authorization',
    'proxy-connection',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
    'http2-settings',
    // of this message
    'content-length',
    'expect',
    'host',
    // where it came from
    'cf-connecting-ip',
    'client-ip',
    'fastly-client-ip',
    'forwarded',
    'true-client-ip',
    'x-client-ip',
    'x-cluster-client-ip',
    'x-envoy-external-address',
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-port',
    'x-forwarded-prefix',
    'x-forwarded-proto',
    'x-original-forwarded-for',
    'x-originating-ip',
    'x-real-ip',
    'x-remote-addr',
    // of AWS
    'x-amz-date',
    'x-amz-security-token',
    'x-amzn-trace-id',
    'cloudfront-viewer-address',
    // another host, method or path than the one that was checked
    'path-info',
    'script-name',
    'x-envoy-original-path',
    'x-host',
    'x-http-method',
    'x-http-method-override',
    'x-method',
    'x-method-override',
    'x-original-host',
    'x-original-method',
    'x-original-path',
    'x-original-uri',
    'x-original-url',
    'x-rewrite-url',
    // another way out for the upstream (httpoxy)
    'proxy',
    // names that servers read in different ways
    'x_kept',
    'x.kept',
    'x!kept',
    'x~kept',
    '_',
    '__proto__',
    'script_name',
    'path_info',
    'remote_user',
    'x_api_key',
    'x_forwarded_for',
    'x_scrip_subject',
    'x_scrip-subject',
    'x-scrip_secret',
    'x.scrip.subject',
    'x!scrip~subject',
    'content_length',
    'keep_alive',
    'proxy_authorization',
    'transfer_encoding',
    'x_forwarded_proto',
    'x_http_method_override',
    // no names
    'x kept',
    'x:kept',
    'x\nkept',
    'é',
    '',
  ])('%j', (name) => {
    // As entries, since `__proto__` in braces names no member.
    const headers = Object.fromEntries([[name, ['value']], ...Object.entries(kept)])
    expect(requestHeaders(headers)).toEqual(kept)
  })

  test.each([
    { what: 'once', connection: ['close, X-Dropped'] },
    { what: 'in several fields', connection: ['close', 'x-dropped'] },
    { what: 'in another spelling', connection: ['X_Dropped'] },
    { what: 'with stray space and commas', connection: [' ,\tx-dropped , ,'] },
  ])('a field that Connection names $what', ({ connection }) => {
    expect(requestHeaders({ connection, 'x-dropped': ['1'], ...kept })).toEqual(kept)
  })

  test('a value that would end its line; the others of its name pass', () => {
    const headers = { 'x-a': ['1\r\nX-B: 2', '\u0000', '2', 'ü', '€'], 'x-c': ['\n'] }
    expect(requestHeaders(headers)).toEqual({ 'x-a': ['2', 'ü'] })
  })
})

describe('what an upstream sees of a request', () => {
  test.each([
    'accept',
    'accept-encoding',
    'accept-language',
    'content-type',
    'content-encoding',
    'if-none-match',
    'idempotency-key',
    'range',
    'user-agent',
    'x-request-id',
    'x-scripture',
    'x-amazing',
    'constructor',
    'x-originator',
    'proxied',
  ])('%s', (name) => {
    const headers = Object.fromEntries([[name, ['a', 'b']]])
    expect(requestHeaders(headers)).toEqual(headers)
  })
})

describe('an upstream is told who calls', () => {
  test('through an app', () => {
    expect(identityHeaders(ada, 'request-1')).toEqual({
      'x-scrip-subject': ['subject%20of%20ada'],
      'x-scrip-username': ['ada'],
      'x-scrip-client-id': ['app'],
      'x-scrip-account': ['acme'],
      'x-scrip-scope': ['read'],
      'x-scrip-token-kind': ['access_token'],
      'x-scrip-token-id': ['T2lkLW9mLXRva2Vu'],
      'x-scrip-tier': ['standard'],
      'x-scrip-request-id': ['request-1'],
    })
  })
  test('by an API token, which has neither user nor app', () => {
    const caller = {
      kind: 'api_token',
      tokenId: 'id',
      name: 'CI',
      subject: 'acme',
      account: 'acme',
      scope: ['read:jobs', '100%'],
      tier: 'free',
      issuedAt: epochSeconds(1),
    } as const
    expect(identityHeaders(caller, 'r')).toEqual({
      'x-scrip-subject': ['acme'],
      'x-scrip-account': ['acme'],
      'x-scrip-scope': ['read:jobs 100%25'],
      'x-scrip-token-kind': ['api_token'],
      'x-scrip-token-id': ['id'],
      'x-scrip-tier': ['free'],
      'x-scrip-request-id': ['r'],
    })
  })
  test.each([
    { value: 'ada@example.com', encoded: 'ada@example.com' },
    { value: 'Ada Lovelace', encoded: 'Ada%20Lovelace' },
    { value: 'Zoë', encoded: 'Zo%C3%AB' },
    { value: 'Zo%C3%AB', encoded: 'Zo%25C3%25AB' },
    { value: '😀', encoded: '%F0%9F%98%80' },
    { value: 'a\r\nX-Scrip-Tier: b', encoded: 'a%0D%0AX-Scrip-Tier:%20b' },
  ])('$value as $encoded', ({ value, encoded }) => {
    expect(encodeValue(value)).toBe(encoded)
  })
  test('any name, so that decoding gives it back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const encoded = encodeValue(value)
        expect(encoded).toMatch(/^[\x21-\x7e]*$/)
        expect(decodeURIComponent(encoded)).toBe(value.toWellFormed())
      }),
    )
  })
})

describe('what a caller never sees of an answer', () => {
  test.each([
    'connection',
    'keep-alive',
    'proxy-authenticate',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
    'content-length',
    'date',
    'server',
    'set-cookie',
    'set_cookie',
    'set-cookie2',
    'clear-site-data',
    'alt-svc',
    'strict-transport-security',
    'nel',
    'report-to',
    'service-worker-allowed',
    'x-scrip-secret',
    'x_scrip_secret',
    'x-amzn-requestid',
    'x-amzn-errortype',
    'x-amz-apigw-id',
    'x-ratelimit-limit',
    'x-ratelimit-remaining',
    'x_ratelimit_reset',
    'ratelimit',
    'ratelimit-policy',
    'x kept',
    '',
  ])('%j', (name) => {
    expect(responseHeaders({ [name]: ['value'], ...kept })).toEqual(kept)
  })
  test('a field that Connection names', () => {
    expect(responseHeaders({ connection: ['close, X-Hop'], 'x-hop': ['1'], ...kept })).toEqual(kept)
  })
})

test('a caller sees the rest of an answer, repeated fields too', () => {
  const headers = {
    'content-type': ['text/html'],
    'content-encoding': ['gzip'],
    'cache-control': ['max-age=1'],
    etag: ['"1"'],
    location: ['https://example.com/'],
    link: ['<a>', '<b>'],
    'retry-after': ['5'],
    vary: ['a', 'b'],
    'www-authenticate': ['Basic'],
    'x-request-id': ['1'],
  }
  expect(responseHeaders(headers)).toEqual(headers)
})
