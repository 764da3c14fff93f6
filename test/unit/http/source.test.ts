import { describe, expect, test } from 'vitest'
import { EDGE_SECRET_HEADER } from '../../../shared/config/environment.ts'
import { countedSource, sourceOf } from '../../../shared/http/source.ts'
import { apiGatewayEvent } from '../../support/api-gateway-event.ts'

const from = (sourceIp: string, headers: readonly (readonly [string, string])[] = []) =>
  apiGatewayEvent({ sourceIp, headers })

describe('the source that a limit counts', () => {
  test.each([
    { sent: '192.0.2.7', counted: '192.0.2.7' },
    { sent: '2001:db8:1:2:3:4:5:6', counted: '2001:db8:1:2/64' },
    { sent: '2001:db8:1:2::', counted: '2001:db8:1:2/64' },
    { sent: '2001:0DB8:0001:0002::1', counted: '2001:db8:1:2/64' },
    { sent: '2001:db8::1', counted: '2001:db8:0:0/64' },
    { sent: '2001:db8:0:0:1::', counted: '2001:db8:0:0/64' },
    { sent: '::1', counted: '0:0:0:0/64' },
    { sent: '::', counted: '0:0:0:0/64' },
    { sent: '1::2:3:4:5:6:7', counted: '1:0:2:3/64' },
    { sent: '::ffff:192.0.2.7', counted: '192.0.2.7' },
    { sent: '::FFFF:192.0.2.7', counted: '192.0.2.7' },
  ])('of $sent is $counted (RFC 4291 §2.5.4)', ({ sent, counted }) => {
    expect(countedSource(sourceOf(from(sent), undefined))).toBe(counted)
  })
})

describe('behind an edge', () => {
  const secret = 'what-only-the-edge-knows'
  const forwarded = 'X-Forwarded-For'
  test.each([
    { what: 'the viewer, before the edge', chain: '198.51.100.9, 192.0.2.7', source: '198.51.100.9' },
    {
      what: 'the viewer, whatever it wrote itself',
      chain: '203.0.113.1, 198.51.100.9, 192.0.2.7',
      source: '198.51.100.9',
    },
    {
      what: 'the viewer, of an IPv6 network',
      chain: '2001:db8:1:2::9, 192.0.2.7',
      source: '2001:db8:1:2::9',
      counted: '2001:db8:1:2/64',
    },
  ])('is $what', ({ chain, source, counted = source }) => {
    const event = from('192.0.2.7', [
      [EDGE_SECRET_HEADER, secret],
      [forwarded, chain],
    ])
    expect(sourceOf(event, secret)).toBe(source)
    expect(countedSource(source)).toBe(counted)
  })

  test.each([
    { what: 'without the edge’s secret', secret: undefined, known: secret },
    { what: 'with another secret', secret: 'guess', known: secret },
    { what: 'with an empty secret', secret: '', known: secret },
    { what: 'in a deployment without an edge', secret, known: undefined },
  ])('is the caller $what: anyone can send the header', ({ secret: sent, known }) => {
    const headers = [[forwarded, '198.51.100.9, 192.0.2.7'] as const]
    const event = from('192.0.2.7', sent === undefined ? headers : [...headers, [EDGE_SECRET_HEADER, sent]])
    expect(sourceOf(event, known)).toBe('192.0.2.7')
  })

  test.each([{ chain: [] }, { chain: [[forwarded, '192.0.2.7']] }] as const)(
    'is the caller where the edge told nobody: $chain',
    ({ chain }) => {
      const event = from('192.0.2.7', [[EDGE_SECRET_HEADER, secret], ...chain])
      expect(sourceOf(event, secret)).toBe('192.0.2.7')
    },
  )
})

describe('the address that the log tells', () => {
  const secret = 'what-only-the-edge-knows'
  const throughEdge = (chain: string) =>
    from('192.0.2.7', [
      [EDGE_SECRET_HEADER, secret],
      ['X-Forwarded-For', chain],
    ])

  test.each([
    { what: 'whole, and no network', event: from('2001:db8:1:2:3:4:5:6'), told: '2001:db8:1:2:3:4:5:6' },
    {
      what: 'the viewer’s behind an edge',
      event: throughEdge('2001:db8:1:2::9, 192.0.2.7'),
      told: '2001:db8:1:2::9',
    },
    {
      what: 'the viewer’s, whatever it wrote itself',
      event: throughEdge('203.0.113.1, 198.51.100.9, 192.0.2.7'),
      told: '198.51.100.9',
    },
    {
      what: 'the caller’s own without the edge’s secret',
      event: from('192.0.2.7', [['X-Forwarded-For', '198.51.100.9, 192.0.2.7']]),
      told: '192.0.2.7',
    },
  ])('is $what', ({ event, told }) => {
    expect(sourceOf(event, secret)).toBe(told)
  })
})
