import { describe, expect, test } from 'vitest'
import { guardedLookup, type Resolve } from '../../../functions/api/upstream/guarded-lookup.ts'
import {
  addressPolicy,
  isLoopbackAddress,
  isPublicAddress,
  isPublicHost,
} from '../../../shared/protocol/public-address.ts'

const loopback = ['127.0.0.1', '127.1.2.3', '127.255.255.255', '::1', '::ffff:127.0.0.1', '0:0:0:0:0:0:0:1']
const publicAddresses = [
  '1.1.1.1',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '128.0.0.0',
  '169.253.255.255',
  '169.255.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.0.1.0',
  '192.0.3.0',
  '192.88.98.255',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '198.51.99.255',
  '203.0.112.255',
  '223.255.255.255',
  '::ffff:1.1.1.1',
  '::ffff:101:101',
  '2000::1',
  '2001:200::1',
  '2606:4700:4700::1111',
  '2a05:d018::1',
  '3ffe::1',
]
const refused = [
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '10.255.255.255',
  '100.64.0.1',
  '100.127.255.255',
  '169.254.169.254',
  '169.254.170.2',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::2',
  '::10.0.0.1',
  '::127.0.0.1',
  '::8.8.8.8',
  '::ffff:0.0.0.0',
  '::ffff:10.0.0.1',
  '::ffff:a00:1',
  '::FFFF:169.254.169.254',
  '0:0:0:0:0:ffff:c0a8:0101',
  '::ffff:0:10.0.0.1',
  '64:ff9b::8.8.8.8',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:0:4136:e378:8000:63bf:3fff:fdd2',
  '2001:2::1',
  '2001:10::1',
  '2001:20::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '2002:a00:1::1',
  '3fff::1',
  '4000::1',
  '5f00::1',
  'fc00::1',
  'fd00:ec2::254',
  'fdff::1',
  'fe80::1',
  'fe80::1%eth0',
  '2606:4700::1%eth0',
  'febf::1',
  'fec0::1',
  'ff02::1',
  'localhost',
  'example.com',
  '',
  '1.1.1',
  '0x7f.1',
  '2130706433',
  '[::1]',
]

describe('the address of an upstream', () => {
  test.each(publicAddresses)('%s is public', (address) => {
    expect([isPublicAddress(address), isLoopbackAddress(address)]).toEqual([true, false])
  })
  test.each(refused)('%j is neither public nor loopback', (address) => {
    expect([isPublicAddress(address), isLoopbackAddress(address)]).toEqual([false, false])
  })
  test.each(loopback)('%s is loopback', (address) => {
    expect([isPublicAddress(address), isLoopbackAddress(address)]).toEqual([false, true])
  })
  test.each([
    { what: 'on AWS: public ones, by TLS', policy: addressPolicy(false, false), may: publicAddresses },
    { what: 'on AWS without TLS: none', policy: addressPolicy(false, true), may: [] },
    {
      what: 'on the local stack: loopback too',
      policy: addressPolicy(true, false),
      may: [...publicAddresses, ...loopback],
    },
    {
      what: 'on the local stack without TLS: loopback alone',
      policy: addressPolicy(true, true),
      may: loopback,
    },
  ])('may be, $what', ({ policy, may }) => {
    expect([...publicAddresses, ...refused, ...loopback].filter(policy)).toEqual(may)
  })
})

describe('a name is resolved once', () => {
  const lookUp = (addresses: string[], all: boolean, error: NodeJS.ErrnoException | null = null) => {
    const asked: unknown[] = []
    const resolve: Resolve = (hostname, options, callback) => {
      asked.push({ hostname, options })
      callback(
        error,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      )
    }
    return new Promise((settle) =>
      guardedLookup(isPublicAddress, resolve)('api.example', { all, hints: 1 }, (failure, address, family) =>
        settle({ failure: failure?.code, address, family, asked }),
      ),
    )
  }
  const asked = [{ hostname: 'api.example', options: { all: true, hints: 1 } }]

  test('and gives all addresses that were checked', async () => {
    expect(await lookUp(['1.1.1.1', '2606:4700::1'], true)).toEqual({
      failure: undefined,
      address: [
        { address: '1.1.1.1', family: 4 },
        { address: '2606:4700::1', family: 6 },
      ],
      family: undefined,
      asked,
    })
  })
  test('or the first of them', async () => {
    expect(await lookUp(['1.1.1.1', '8.8.8.8'], false)).toEqual({
      failure: undefined,
      address: '1.1.1.1',
      family: 4,
      asked,
    })
  })
  test.each([
    { what: 'its only address is private', addresses: ['10.0.0.1'] },
    { what: 'any of them is', addresses: ['1.1.1.1', '169.254.169.254'] },
    { what: 'an IPv6 one is', addresses: ['1.1.1.1', '::1'] },
    { what: 'it has none', addresses: [] },
  ])('and refused when $what', async ({ addresses }) => {
    expect(await lookUp(addresses, true)).toMatchObject({ failure: 'ADDRESS_REFUSED', address: [] })
    expect(await lookUp(addresses, false)).toMatchObject({ failure: 'ADDRESS_REFUSED', address: [] })
  })
  test('and what the resolver says is passed on', async () => {
    const error = Object.assign(new Error('no'), { code: 'ENOTFOUND' })
    expect(await lookUp([], true, error)).toMatchObject({ failure: 'ENOTFOUND' })
  })
})

describe('the host of a URL', () => {
  const publicHosts = [
    'jobs.example',
    '1.1.1.1',
    '[2606:4700:4700::1111]',
    'localhost.example',
    'mylocalhost',
  ]
  test.each(publicHosts)('may be public: %s', (host) => {
    expect(isPublicHost(host)).toBe(true)
  })
  test.each([
    ...['127.0.0.1', '10.0.0.1', '169.254.169.254', '[::1]', '[fd00:ec2::254]', '[::ffff:7f00:1]'],
    ...['localhost', 'localhost.', 'a.localhost', 'a.b.localhost.'],
  ])('is none: %s', (host) => {
    expect(isPublicHost(host)).toBe(false)
  })
})
