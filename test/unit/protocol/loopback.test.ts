import { expect, test } from 'vitest'
import { isLoopbackHost } from '../../../shared/protocol/loopback.ts'

test.each(['127.0.0.1', 'localhost', '[::1]', '127.0.0.1:3000', 'localhost:80', '[::1]:65535'])(
  '%j is this machine (RFC 8252 §7.3)',
  (host) => {
    expect(isLoopbackHost(host)).toBe(true)
  },
)
test.each([
  '',
  'localhost.example.com',
  'evil-localhost',
  '127.0.0.1.example.com',
  '127.0.0.1:',
  '127.0.0.1:80:80',
  '::1',
  '0.0.0.0',
  'example.com',
  'localhost\n',
])('%j is not', (host) => {
  expect(isLoopbackHost(host)).toBe(false)
})
