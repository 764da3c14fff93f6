import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { VendIssuer } from '../../../shared/config/vend-types.ts'
import { checkedUrl } from '../../../shared/vending/issuers/get-json.ts'
import { type FetchOptions, issuerKeys, remoteKeys } from '../../../shared/vending/issuers/issuer-keys.ts'
import { openid } from '../../../shared/vending/issuers/presets.ts'
import { ciKey, discoveryPath, json, jwksPath, startCiIssuer } from '../../support/ci-issuer.ts'
import { loopbackServer, type ServerAnswer } from '../../support/loopback-server.ts'

const [first, second] = [ciKey('RS256', 'first'), ciKey('RS256', 'second')]
const ci = await startCiIssuer([])
const { host } = new URL(ci.issuer)
const elsewhere = await loopbackServer(() => json({ keys: [first.jwk] }))
afterAll(async () => {
  await Promise.all([ci.close(), elsewhere.close()])
})
beforeEach(() => {
  ci.asked.length = 0
  ci.answers.clear()
  ci.keys = [first.jwk]
})

const minute = 60_000
const hour = 60 * minute
const query = { alg: 'RS256', kid: 'first' }
const unknown = { alg: 'RS256', kid: 'second' }
const isKey = { kind: 'key', key: expect.objectContaining({ type: 'public' }) }
const noKey = { kind: 'none', reason: 'the issuer has no such key' }
const both = [discoveryPath, jwksPath]

const setting = (different: Partial<VendIssuer> = {}): VendIssuer => ({
  ...openid({
    issuer: ci.issuer,
    audience: 'us',
    requiredClaims: [],
    claimValues: {},
    allowedClaims: [],
    repositoryClaim: 'repo',
    organizationClaim: 'org',
    pipelineClaim: 'pipe',
    pipelineIdClaim: 'pipe',
    algorithms: ['RS256'],
  }),
  ...different,
})

/** Keys of the issuer under a clock that stands still until it is moved. */
function held(different: Partial<VendIssuer> = {}, options: Partial<FetchOptions> = {}) {
  const clock = { now: 1_800_000_000_000 }
  const failures: string[] = []
  const onFailure = (_: string, reason: string) => void failures.push(reason)
  const all = { loopback: true, onFailure, ...options }
  const keys = remoteKeys(setting(different), all, () => clock.now)
  return { keys, clock, failures }
}
const unavailable = (reason: string) => ({ kind: 'unavailable', reason: `keys of ${ci.issuer}: ${reason}` })
const down = () => ({ status: 503 })

describe('keys are fetched and remembered', () => {
  test('the discovery document names the set, and both serve for an hour', async () => {
    const { keys, clock } = held()
    expect(await keys.find(query)).toEqual(isKey)
    clock.now += hour - 1
    expect(await keys.find(query)).toEqual(isKey)
    expect(ci.asked).toEqual(both)
    clock.now += 1
    expect(await keys.find(query)).toEqual(isKey)
    expect(ci.asked).toEqual([...both, ...both])
  })
  test('a configured address needs no discovery', async () => {
    const { keys } = held({ jwksUri: ci.issuer + jwksPath })
    expect(await keys.find(query)).toEqual(isKey)
    expect(ci.asked).toEqual([jwksPath])
  })
  test('an issuer with a slash at its end has one discovery address (OpenID Connect Discovery 1.0 §4.1)', async () => {
    const issuer = `${ci.issuer}/`
    ci.answers.set(discoveryPath, () => json({ issuer, jwks_uri: ci.issuer + jwksPath }))
    expect(await held({ issuer }).keys.find(query)).toEqual(isKey)
    expect(ci.asked).toEqual(both)
  })
  test('the set may be on another host, which the issuer names', async () => {
    ci.answers.set(discoveryPath, () => json({ issuer: ci.issuer, jwks_uri: `${elsewhere.url}/keys` }))
    expect(await held().keys.find(query)).toEqual(isKey)
  })
  test('pinned keys are never fetched, not even for an unknown key', async () => {
    const pinned = setting({ jwks: { keys: [first.jwk] }, jwksUri: ci.issuer + jwksPath })
    const keys = issuerKeys({ loopback: true })(pinned)
    expect([await keys.find(query), await keys.find(unknown)]).toEqual([isKey, noKey])
    expect(ci.asked).toEqual([])
  })
  test('one memory serves an issuer for the life of the environment', async () => {
    const keys = issuerKeys({ loopback: true })
    const issuer = setting()
    expect([await keys(issuer).find(query), await keys(issuer).find(query)]).toEqual([isKey, isKey])
    expect(ci.asked).toEqual(both)
  })
})

describe('unknown keys', () => {
  test('a new key is found as soon as 30 s have passed since the last fetch', async () => {
    const { keys, clock } = held()
    await keys.find(query)
    ci.keys = [first.jwk, second.jwk]
    clock.now += 29_999
    expect(await keys.find(unknown)).toEqual(noKey)
    clock.now += 1
    expect(await keys.find(unknown)).toEqual(isKey)
    expect(ci.asked).toEqual([...both, jwksPath])
  })
  test('a thousand tokens of as many unknown keys cause one fetch in 30 s', async () => {
    const { keys, clock } = held()
    await keys.find(query)
    clock.now += 30_000
    const asked = Array.from({ length: 1000 }, (_, index) =>
      keys.find({ alg: 'RS256', kid: `junk-${index}` }),
    )
    expect(new Set((await Promise.all(asked)).map((found) => JSON.stringify(found)))).toEqual(
      new Set([JSON.stringify(noKey)]),
    )
    expect(ci.asked).toEqual([...both, jwksPath])
  })
  test('a key that is withdrawn is gone with the next fetch', async () => {
    const { keys, clock } = held()
    await keys.find(query)
    ci.keys = [second.jwk]
    clock.now += 30_000
    expect(await keys.find(unknown)).toEqual(isKey)
    expect(await keys.find(query)).toEqual(noKey)
  })
  test('a set without keys is the issuer’s word: nobody is served', async () => {
    ci.keys = []
    expect(await held().keys.find(query)).toEqual(noKey)
  })
})

describe('while the issuer fails', () => {
  test('the last keys serve until four hours after they were fetched', async () => {
    const { keys, clock, failures } = held()
    await keys.find(query)
    ci.answers.set(discoveryPath, down)
    clock.now += 4 * hour - 1
    expect(await keys.find(query)).toEqual(isKey)
    const reason = `keys of ${ci.issuer}: ${host}: the status is 503 in place of 200`
    expect(failures).toEqual([reason])
    clock.now += 1
    expect(await keys.find(query)).toEqual({ kind: 'unavailable', reason })
  })
  test('it is asked again every 30 s while old keys serve', async () => {
    const { keys, clock } = held({ jwksUri: ci.issuer + jwksPath })
    await keys.find(query)
    ci.answers.set(jwksPath, down)
    clock.now += 2 * hour
    for (const _ of [1, 2, 3]) expect(await keys.find(query)).toEqual(isKey)
    expect(await keys.find(unknown)).toEqual(noKey)
    expect(ci.asked.length).toBe(2)
    clock.now += 30_000
    expect(await keys.find(query)).toEqual(isKey)
    expect(ci.asked.length).toBe(3)
  })
  test('it is asked again every 5 s while there are no keys, and the first answer serves', async () => {
    const { keys, clock } = held()
    ci.answers.set(jwksPath, down)
    const reason = unavailable(`${host}: the status is 503 in place of 200`)
    for (const _ of [1, 2, 3]) expect(await keys.find(query)).toEqual(reason)
    expect(ci.asked).toEqual(both)
    clock.now += 4_999
    expect(await keys.find(query)).toEqual(reason)
    ci.answers.clear()
    clock.now += 1
    expect(await keys.find(query)).toEqual(isKey)
    expect(ci.asked).toEqual([...both, ...both])
  })
  test('an unknown key leaves the others as they are', async () => {
    const { keys, clock } = held()
    await keys.find(query)
    ci.answers.set(jwksPath, down)
    clock.now += 30_000
    expect([await keys.find(unknown), await keys.find(query)]).toEqual([noKey, isKey])
  })
  test('requests at the same time share one fetch, good or bad', async () => {
    const { keys } = held()
    const results = await Promise.all(Array.from({ length: 50 }, () => keys.find(query)))
    expect(results).toEqual(Array.from({ length: 50 }, () => isKey))
    expect(ci.asked).toEqual(both)
    ci.answers.set(discoveryPath, down)
    const failing = held()
    const failed = await Promise.all(Array.from({ length: 50 }, () => failing.keys.find(query)))
    expect(failed).toEqual(
      Array.from({ length: 50 }, () => unavailable(`${host}: the status is 503 in place of 200`)),
    )
    expect(ci.asked).toEqual([...both, discoveryPath])
  })
  test('the address of the keys is discovered anew after a failure', async () => {
    const { keys, clock } = held()
    await keys.find(query)
    ci.answers.set(jwksPath, () => ({ status: 404 }))
    clock.now += 30_000
    expect(await keys.find(unknown)).toEqual(noKey)
    ci.answers.set(discoveryPath, () => json({ issuer: ci.issuer, jwks_uri: `${ci.issuer}/moved` }))
    ci.answers.set('/moved', () => json({ keys: [second.jwk] }))
    clock.now += 30_000
    expect(await keys.find(unknown)).toEqual(isKey)
  })
})

describe('an answer that is not taken', () => {
  const large = JSON.stringify({ keys: [], filler: 'x'.repeat(256 * 1024) })
  const redirect = (status: number) => () => ({ status, headers: { location: `${elsewhere.url}/keys` } })
  type Answer = () => ServerAnswer
  test.each<readonly [what: string, answer: Answer, reason: string]>([
    ...[301, 302, 303, 307, 308].map(
      (status) =>
        [
          `a redirect (${status})`,
          redirect(status),
          `${host}: the status is ${status} in place of 200`,
        ] as const,
    ),
    ['an error', () => ({ status: 500, body: '{"keys":[]}' }), `${host}: the status is 500 in place of 200`],
    ['204', () => ({ status: 204 }), `${host}: the status is 204 in place of 200`],
    ['more than 256 KB', () => ({ status: 200, body: large }), `${host}: too large`],
    ['HTML', () => ({ status: 200, body: '<html>' }), `${host}: no JSON`],
    ['nothing', () => ({ status: 200 }), `${host}: no JSON`],
    ['no UTF-8', () => ({ status: 200, body: Buffer.from([0x22, 0xff, 0x22]) }), `${host}: no JSON`],
    ['a list', () => json([first.jwk]), 'not a key set'],
    ['null', () => json(null), 'not a key set'],
    ['keys that are no list', () => json({ keys: { first: first.jwk } }), 'not a key set'],
    ['one key', () => json(first.jwk), 'not a key set'],
  ])('%s', async (_, answer, reason) => {
    elsewhere.requests.length = 0
    ci.answers.set(jwksPath, answer)
    expect(await held({ jwksUri: ci.issuer + jwksPath }).keys.find(query)).toEqual(unavailable(reason))
    expect(elsewhere.requests).toEqual([])
  })
  test('one of exactly 256 KB is taken', async () => {
    const empty = JSON.stringify({ keys: [first.jwk], filler: '' })
    const body = JSON.stringify({ keys: [first.jwk], filler: 'x'.repeat(256 * 1024 - empty.length) })
    ci.answers.set(jwksPath, () => ({ status: 200, body }))
    expect(await held().keys.find(query)).toEqual(isKey)
  })
  test.each([
    [
      'another issuer',
      { issuer: 'https://evil.example', jwks_uri: `${ci.issuer}/x` },
      'the discovery document is of another issuer',
    ],
    [
      'the issuer with a slash',
      { issuer: `${ci.issuer}/`, jwks_uri: `${ci.issuer}/x` },
      'the discovery document is of another issuer',
    ],
    ['no issuer', { jwks_uri: `${ci.issuer}/x` }, 'the discovery document is of another issuer'],
    ['no address', { issuer: ci.issuer }, 'the discovery document names no key set'],
    [
      'an address in plain http',
      { issuer: ci.issuer, jwks_uri: 'http://keys.example/x' },
      'not an https URL',
    ],
    ['a file', { issuer: ci.issuer, jwks_uri: 'file:///etc/passwd' }, 'not an https URL'],
    ['keys in a data URL', { issuer: ci.issuer, jwks_uri: 'data:application/json,{}' }, 'not an https URL'],
    [
      'an address with a user',
      { issuer: ci.issuer, jwks_uri: 'https://a:b@keys.example/x' },
      'not an https URL',
    ],
    [
      'an address that is no text',
      { issuer: ci.issuer, jwks_uri: ['https://keys.example'] },
      'the discovery document names no key set',
    ],
  ] as const)('a discovery document with %s', async (_, document, reason) => {
    ci.answers.set(discoveryPath, () => json(document))
    expect(await held().keys.find(query)).toEqual(unavailable(reason))
    expect(ci.asked).toEqual([discoveryPath])
  })
})

describe('an issuer that is slow or gone', () => {
  test('discovery and keys together have one time limit', async () => {
    const late = async (body: object) => {
      await wait(120)
      return json(body)
    }
    ci.answers.set(discoveryPath, () => late({ issuer: ci.issuer, jwks_uri: ci.issuer + jwksPath }))
    ci.answers.set(jwksPath, () => late({ keys: [first.jwk] }))
    const { keys } = held({}, { timeoutMilliseconds: 200 })
    expect(await keys.find(query)).toEqual(unavailable(`${host}: timeout`))
    expect(await held({}, { timeoutMilliseconds: 2000 }).keys.find(query)).toEqual(isKey)
  })
  test('an answer that trickles is cut off at the limit', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{')
      const timer = setInterval(() => socket.write(' '), 20)
      socket.on('close', () => clearInterval(timer))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const begun = performance.now()
    const { keys } = held({ jwksUri: `http://127.0.0.1:${port}/` }, { timeoutMilliseconds: 150 })
    expect(await keys.find(query)).toEqual(unavailable(`127.0.0.1:${port}: timeout`))
    expect(performance.now() - begun).toBeLessThan(1000)
    await new Promise((resolve) => server.close(resolve))
  })
  test('nobody listens, or the connection breaks', async () => {
    const gone = await loopbackServer(down)
    await gone.close()
    const found = await held({ jwksUri: gone.url }).keys.find(query)
    expect(found).toEqual(unavailable(`${new URL(gone.url).host}: ECONNREFUSED`))
    const breaking = createServer(
      (socket) => void socket.resume().end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{'),
    )
    await new Promise<void>((resolve) => breaking.listen(0, '127.0.0.1', resolve))
    const { port } = breaking.address() as AddressInfo
    const broken = await held({ jwksUri: `http://127.0.0.1:${port}/` }).keys.find(query)
    expect(broken).toEqual(unavailable(`127.0.0.1:${port}: cut off`))
    await new Promise((resolve) => breaking.close(resolve))
  })
})

describe('addresses', () => {
  test.each([
    ['https://keys.example/a?b=c', false],
    ['https://127.0.0.1:8443/', false],
    ['http://127.0.0.1:3000/a', true],
    ['http://localhost:3000/a', true],
    ['http://[::1]:3000/a', true],
  ])('%s is spoken to', (address, loopback) => {
    expect(checkedUrl(address, loopback).href).toBe(address)
  })
  test.each([
    ['http://127.0.0.1:3000/a', false],
    ['http://keys.example/a', true],
    ['http://127.0.0.1.evil.example/', true],
    ['http://10.0.0.1/', true],
    ['https://user@keys.example/', true],
    ['ftp://127.0.0.1/', true],
    ['file:///etc/passwd', true],
    ['keys.example', true],
    ['', true],
  ])('%s is not', (address, loopback) => {
    expect(() => checkedUrl(address, loopback)).toThrow(new Error('not an https URL'))
  })
  test('plain http to this machine is refused where it is not the local stack', async () => {
    expect(await held({}, { loopback: false }).keys.find(query)).toEqual(unavailable('not an https URL'))
    expect(ci.asked).toEqual([])
  })
})
