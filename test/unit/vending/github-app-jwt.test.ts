import { generateKeyPairSync } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, importSPKI, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { appJwts } from '../../../shared/vending/github/app-jwt.ts'
import { ServiceFailure } from '../../../shared/vending/service-failure.ts'
import { appKeys } from '../../support/fake-github.ts'

const T0 = 1_700_000_000

/** A source whose key and clock are in hand. */
function source(pem = appKeys.pkcs1) {
  const state = { pem, now: T0 * 1000 }
  return {
    state,
    next: appJwts(
      '12345',
      async () => state.pem,
      () => state.now,
    ),
  }
}

describe('the App’s JWT', () => {
  test.each(['pkcs1', 'pkcs8'] as const)('is signed by a key in PEM of %s', async (form) => {
    const jwt = await source(appKeys[form]).next()
    const key = await importSPKI(appKeys.publicKey, 'RS256')
    const { protectedHeader, payload } = await jwtVerify(jwt, key, { currentDate: new Date(T0 * 1000) })
    expect([protectedHeader, payload]).toEqual([
      { alg: 'RS256', typ: 'JWT' },
      { iss: '12345', iat: T0 - 60, exp: T0 + 540 },
    ])
  })

  test('is remembered until a minute before its end', async () => {
    const { state, next } = source()
    const first = await next()
    state.now = (T0 + 479) * 1000 + 999
    const same = await next()
    state.now += 1
    const second = await next()
    expect([same === first, decodeJwt(second).exp]).toEqual([true, T0 + 480 + 540])
  })

  test('is made anew at once with another key', async () => {
    const { state, next } = source()
    const first = await next()
    state.pem = appKeys.pkcs8
    const second = await next()
    expect([second === first, decodeProtectedHeader(second)]).toEqual([true, { alg: 'RS256', typ: 'JWT' }])
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
    state.pem = other.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
    expect(await next()).not.toBe(first)
  })
})

describe('a key is refused, and nothing of it told:', () => {
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
  const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  test.each([
    { what: 'no PEM', pem: 'ghs_secret' },
    { what: 'nothing', pem: '' },
    { what: 'a public key', pem: appKeys.publicKey },
    { what: 'a PEM that is cut', pem: appKeys.pkcs1.slice(0, 400) },
    { what: 'RSA of 1024 bits', pem: small.export({ type: 'pkcs8', format: 'pem' }).toString() },
    { what: 'a key of another kind', pem: curve.export({ type: 'pkcs8', format: 'pem' }).toString() },
  ])('$what', async ({ pem }) => {
    await expect(source(pem).next()).rejects.toEqual(
      new ServiceFailure(
        'GitHub',
        'misconfigured',
        'the App’s private key is no RSA key of 2048 bits or more',
      ),
    )
  })

  test('what reading the secret throws goes on as it is', async () => {
    const next = appJwts('1', () => Promise.reject(new Error('Secrets Manager is down')), Date.now)
    await expect(next()).rejects.toEqual(new Error('Secrets Manager is down'))
  })
})
