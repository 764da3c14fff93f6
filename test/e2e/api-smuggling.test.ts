import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ApiStack, startApiStack } from '../support/api-stack.ts'
import { rawBytes } from '../support/raw-bytes.ts'

const api = `
api:
  upstreams:
    files: { url: https://files.example }
  routes:
    - { path: "/files/{name}", methods: [GET, POST], scope: [read], upstream: files }
`

describe('a request that servers would not all end at the same byte', () => {
  let stack: ApiStack
  beforeAll(async () => {
    stack = await startApiStack(api)
  })
  afterAll(() => stack?.close())

  const authorization = () => `Host: 127.0.0.1\r\nAuthorization: Bearer ${stack.apiToken}\r\n`
  /** The request of which the head has these lines, and behind it one that should not be seen by itself. */
  const send = (lines: string, body: string) => {
    const hidden = `GET /files/hidden HTTP/1.1\r\n${authorization()}Connection: close\r\n\r\n`
    return rawBytes(stack.issuer, `POST /files/a HTTP/1.1\r\n${authorization()}${lines}\r\n${body}${hidden}`)
  }

  test('else both are answered', async () => {
    const before = stack.accessLog().length
    const answers = await send('Content-Length: 5\r\n', '0\r\n\r\n')
    expect(answers.match(/HTTP\/1\.1 \d+ /g)).toEqual(['HTTP/1.1 200 ', 'HTTP/1.1 200 '])
    expect(stack.accessLog().length).toBe(before + 2)
  })

  test.each([
    {
      what: 'a length and chunks',
      lines: 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n',
      body: '0\r\n\r\n',
    },
    {
      what: 'chunks and a length',
      lines: 'Transfer-Encoding: chunked\r\nContent-Length: 5\r\n',
      body: '0\r\n\r\n',
    },
    { what: 'two lengths', lines: 'Content-Length: 5\r\nContent-Length: 0\r\n', body: '0\r\n\r\n' },
    { what: 'the same length twice', lines: 'Content-Length: 5\r\nContent-Length: 5\r\n', body: '0\r\n\r\n' },
    { what: 'a list of lengths', lines: 'Content-Length: 5, 5\r\n', body: '0\r\n\r\n' },
    { what: 'a signed length', lines: 'Content-Length: +5\r\n', body: '0\r\n\r\n' },
    { what: 'a length of no digits', lines: 'Content-Length: 0x5\r\n', body: '0\r\n\r\n' },
    { what: 'a space behind a name', lines: 'Content-Length : 5\r\n', body: '0\r\n\r\n' },
    { what: 'a coding that is none', lines: 'Transfer-Encoding: xchunked\r\n', body: '0\r\n\r\n' },
    { what: 'a coding behind chunks', lines: 'Transfer-Encoding: chunked, identity\r\n', body: '0\r\n\r\n' },
    {
      what: 'two codings',
      lines: 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n',
      body: '0\r\n\r\n',
    },
    { what: 'a folded line (RFC 9112 §5.2)', lines: 'X-A: b\r\n Content-Length: 5\r\n', body: '' },
    { what: 'a folded coding', lines: 'Transfer-Encoding:\r\n chunked\r\n', body: '0\r\n\r\n' },
    { what: 'a bare line feed', lines: 'X-A: b\nContent-Length: 5\r\n', body: '0\r\n\r\n' },
    { what: 'a bare line feed at the end of the head', lines: 'X-A: b\n', body: '' },
    { what: 'a bare carriage return', lines: 'X-A: b\rContent-Length: 5\r\n', body: '0\r\n\r\n' },
    { what: 'a control character in a value', lines: 'X-A: \u0000b\r\n', body: '' },
    { what: 'chunks with a bare line feed', lines: 'Transfer-Encoding: chunked\r\n', body: '1\na\n0\n\n' },
    {
      what: 'a chunk of a signed size',
      lines: 'Transfer-Encoding: chunked\r\n',
      body: '+1\r\na\r\n0\r\n\r\n',
    },
    {
      what: 'a chunk longer than its size',
      lines: 'Transfer-Encoding: chunked\r\n',
      body: '1\r\nab\r\n0\r\n\r\n',
    },
  ])('$what: 400, and nothing reaches the API', async ({ lines, body }) => {
    const before = stack.accessLog().length
    expect(await send(lines, body)).toBe('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')
    expect(stack.accessLog().length).toBe(before)
  })
})
