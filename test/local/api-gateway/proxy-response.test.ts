import { describe, expect, test } from 'vitest'
import { readProxyResponse } from '../../../infra/local/api-gateway/proxy-response.ts'

const read = (result: unknown, decode = false) => {
  const response = readProxyResponse(JSON.stringify(result), decode)
  return response && { ...response, body: response.body.toString() }
}

describe('a result of a Lambda proxy', () => {
  test('becomes the answer', () => {
    expect(
      read({ statusCode: 201, headers: { 'Content-Type': 'text/plain', 'X-Flag': true }, body: 'hi' }),
    ).toEqual({
      status: 201,
      headers: [
        ['Content-Type', 'text/plain'],
        ['X-Flag', 'true'],
      ],
      body: 'hi',
    })
  })

  test('without content type is JSON, without body is empty', () => {
    expect(read({ statusCode: 204 })).toEqual({
      status: 204,
      headers: [['Content-Type', 'application/json']],
      body: '',
    })
  })

  test('with a header in both maps has the values of the multi-value one', () => {
    const headers = { 'Set-Cookie': 'a=1', 'Content-Type': 'text/html' }
    expect(
      read({ statusCode: 200, headers, multiValueHeaders: { 'set-cookie': ['b=2', 'c=3'] } })?.headers,
    ).toEqual([
      ['Content-Type', 'text/html'],
      ['set-cookie', 'b=2'],
      ['set-cookie', 'c=3'],
    ])
  })

  test.each([
    ['WWW-Authenticate', 'x-amzn-Remapped-WWW-Authenticate'],
    ['www-authenticate', 'x-amzn-Remapped-www-authenticate'],
    ['Date', 'x-amzn-Remapped-Date'],
    ['Content-Length', 'x-amzn-Remapped-Content-Length'],
    ['Connection', 'x-amzn-Remapped-Connection'],
    ['Host', 'x-amzn-Remapped-Host'],
    ['Server', 'x-amzn-Remapped-Server'],
    ['User-Agent', 'x-amzn-Remapped-User-Agent'],
    ['Authorization', 'x-amzn-Remapped-Authorization'],
    ['Location', 'Location'],
    ['Retry-After', 'Retry-After'],
    ['Cache-Control', 'Cache-Control'],
  ])('has %s as %s', (name, expected) => {
    expect(read({ statusCode: 401, headers: { [name]: 'v', 'Content-Type': 't' } })?.headers).toEqual([
      [expected, 'v'],
      ['Content-Type', 't'],
    ])
  })

  test('loses Transfer-Encoding', () => {
    const headers = { 'Transfer-Encoding': 'chunked', 'Content-Type': 't' }
    expect(read({ statusCode: 200, headers })?.headers).toEqual([['Content-Type', 't']])
  })

  test('in base64 is decoded for binary media types alone', () => {
    const result = { statusCode: 200, body: 'aGk=', isBase64Encoded: true }
    expect([read(result, true)?.body, read(result, false)?.body]).toEqual(['hi', 'aGk='])
  })

  test.each([
    ['null', null],
    ['a text', 'ok'],
    ['a list', []],
    ['no status', { body: 'x' }],
    ['a status as text', { statusCode: '200' }],
    ['a status with a fraction', { statusCode: 200.5 }],
    ['a body that is no text', { statusCode: 200, body: { a: 1 } }],
    ['a header that is a number', { statusCode: 200, headers: { a: 1 } }],
    ['a header that is no text', { statusCode: 200, headers: { a: { b: 1 } } }],
    ['a member of the other payload format', { statusCode: 200, cookies: [] }],
    ['an error', { errorType: 'Error', errorMessage: 'x' }],
  ])('is malformed as %s', (_name, result) => {
    expect(read(result)).toBeUndefined()
  })
})
