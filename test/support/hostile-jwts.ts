/**
 * Hostile CI tokens: tokens that must be refused, each with the reason that the log has.
 *
 * Wherever possible they are signed by the issuer's own key, so that nothing but the fault itself can be what is
 * refused.
 */
import { type CiKey, encoded, jwksPath, macJwt, signedJwt, signedText } from './ci-issuer.ts'
import { hostileClaims, hostileShapes } from './hostile-claims.ts'
import { type HostileJwt, type HostileWorld, reasons } from './hostile-world.ts'
import { certificateEncodings, publicEncodings } from './public-encodings.ts'

/** All of them, for an issuer that signs by RS256, ES256 and EdDSA. */
export async function hostileJwts(world: HostileWorld): Promise<readonly HostileJwt[]> {
  return [
    ...algorithms(world),
    ...headers(world),
    ...signatures(world),
    ...hostileClaims(world),
    ...(await hostileShapes(world)),
  ]
}

function algorithms({ claims, key, elliptic, edwards, certificate }: HostileWorld): HostileJwt[] {
  const withHeader = (more: object) =>
    signedJwt(claims, key, { alg: key.alg, kid: key.kid, typ: 'JWT', ...more })
  const [, payload = '', signature = ''] = signedJwt(claims, key).split('.')
  const unsigned = (header: object, last = '') => `${encoded(header)}.${payload}.${last}`
  const secrets = publicEncodings(key)
  return [
    ...['none', 'None', 'NONE', 'nOnE', 'none ', ' none', 'none\u0000', '', 'null'].flatMap(
      (alg) =>
        [
          [`alg ${JSON.stringify(alg)}, an empty signature`, unsigned({ alg }), reasons.encoding],
          [
            `alg ${JSON.stringify(alg)}, another's signature`,
            unsigned({ alg }, signature),
            reasons.algorithm,
          ],
          [`alg ${JSON.stringify(alg)}, signed`, withHeader({ alg }), reasons.algorithm],
        ] as const,
    ),
    ...[null, undefined, 0, true, ['RS256'], { name: 'RS256' }, 'rs256', 'RS256 ', 'RS512', 'PS256'].map(
      (alg) => [`alg ${JSON.stringify(alg)}`, withHeader({ alg }), reasons.algorithm] as const,
    ),
    ...Object.entries(secrets).flatMap(([what, secret]) =>
      (['HS256', 'HS384', 'HS512'] as const).map(
        (alg) => [`${alg} by ${what}`, macJwt(claims, secret, { alg }), reasons.algorithm] as const,
      ),
    ),
    ...Object.entries(secrets).map(
      ([what, secret]) =>
        [
          `RS256 said, HMAC made by ${what}`,
          macJwt(claims, secret, { alg: 'RS256', kid: 'rsa' }),
          reasons.signature,
        ] as const,
    ),
    ...confused(claims, elliptic, { ...publicEncodings(elliptic), ...certificateEncodings(certificate) }),
    ...confused(claims, edwards, publicEncodings(edwards)),
  ]
}

/** Tokens with a MAC by what everybody knows of a key: once said to be one, and once to be the key's signature. */
function confused(
  claims: HostileWorld['claims'],
  { alg, kid }: CiKey,
  secrets: Readonly<Record<string, string | Uint8Array>>,
): HostileJwt[] {
  return Object.entries(secrets).flatMap(
    ([what, secret]) =>
      [
        [`HS256 by ${what} (${alg})`, macJwt(claims, secret, { alg: 'HS256', kid }), reasons.algorithm],
        [`${alg} said, HMAC made by ${what}`, macJwt(claims, secret, { alg, kid }), reasons.signature],
      ] as const,
  )
}

function headers({ claims, key, elliptic, stranger, canary, now }: HostileWorld): HostileJwt[] {
  const withHeader = (more: object) =>
    signedJwt(claims, key, { alg: key.alg, kid: key.kid, typ: 'JWT', ...more })
  const headerText = (more: string) => `{"alg":"RS256","kid":"rsa","typ":"JWT",${more}}`
  return [
    [
      'jwk: its own key',
      signedJwt(claims, stranger, { alg: 'RS256', jwk: stranger.jwk }),
      'the header has jwk',
    ],
    [
      'jku: its own key set',
      signedJwt(claims, stranger, { alg: 'RS256', kid: 'rsa', jku: `${canary}/jwks` }),
      'the header has jku',
    ],
    [
      'jku: another key set, signed by the issuer',
      withHeader({ jku: `${canary}/jwks` }),
      'the header has jku',
    ],
    [
      'x5u: a certificate elsewhere, signed by the issuer',
      withHeader({ x5u: `${canary}/cert.pem` }),
      'the header has x5u',
    ],
    ['jku at the issuer', withHeader({ jku: claims.iss + jwksPath }), 'the header has jku'],
    ['jku of no use', withHeader({ jku: null }), 'the header has jku'],
    ['x5u', signedJwt(claims, stranger, { alg: 'RS256', x5u: `${canary}/cert.pem` }), 'the header has x5u'],
    ['x5c', signedJwt(claims, stranger, { alg: 'RS256', x5c: ['MIIB'] }), 'the header has x5c'],
    [
      'iss at the canary',
      signedJwt({ ...claims, iss: canary }, stranger),
      'an issuer that is not configured',
    ],
    ['kid as an address', withHeader({ kid: `${canary}/jwks` }), 'the issuer has no such key'],

    ...[
      '../../../../dev/null',
      '/dev/null',
      "rsa' OR '1'='1",
      'rsa\u0000',
      'RSA',
      ' rsa',
      '__proto__',
      'constructor',
      '$(id)',
      'unknown',
      '\ud83d\udd11',
    ].map(
      (kid) => [`kid ${JSON.stringify(kid)}`, withHeader({ kid }), 'the issuer has no such key'] as const,
    ),
    ...[null, 0, {}, ['rsa'], '', 'k'.repeat(257)].map(
      (kid) =>
        [`kid ${JSON.stringify(kid).slice(0, 20)}`, withHeader({ kid }), 'the key id is malformed'] as const,
    ),
    ['the kid of another kind of key', withHeader({ kid: 'ec' }), 'the issuer has no such key'],
    [
      'another algorithm with the kid of the first',
      signedJwt(claims, elliptic, { alg: 'ES256', kid: 'rsa' }),
      'the issuer has no such key',
    ],

    ...[['exp'], [], ['b64'], 'exp', null].map(
      (crit) =>
        [`crit ${JSON.stringify(crit)}`, withHeader({ crit, exp: now }), 'the header has crit'] as const,
    ),
    ['b64: false', withHeader({ b64: false }), 'the header has b64'],
    ['b64: false, critical', withHeader({ b64: false, crit: ['b64'] }), 'the header has crit'],
    [
      'b64: false, its claims bare',
      signedText(`${encoded({ alg: 'RS256', b64: false, crit: ['b64'] })}.${JSON.stringify(claims)}`, key),
      'no bearer token',
    ],
    ['b64: true', withHeader({ b64: true }), 'the header has b64'],
    ['zip', withHeader({ zip: 'DEF' }), 'the header has zip'],
    ['epk', withHeader({ epk: elliptic.jwk }), 'the header has epk'],
    ['p2s', withHeader({ p2s: 'c2FsdA' }), 'the header has p2s'],
    ['p2c: a million rounds', withHeader({ p2c: 1_000_000 }), 'the header has p2c'],
    ['enc in three parts', withHeader({ enc: 'A256GCM' }), 'the header has enc'],
    ...['at+jwt', 'logout+jwt', 'JWE', 'application/at+jwt', 'JWT ', '', null, 1, ['JWT']].map(
      (typ) => [`typ ${JSON.stringify(typ)}`, withHeader({ typ }), 'the type is not JWT'] as const,
    ),

    ['alg twice', signedJwt(claims, key, '{"alg":"none","alg":"RS256","kid":"rsa"}'), reasons.header],
    ['kid twice, alike', signedJwt(claims, key, headerText('"kid":"rsa"')), reasons.header],
    [
      'alg twice, once escaped',
      signedJwt(claims, key, headerText(String.raw`"\u0061lg":"RS256"`)),
      reasons.header,
    ],
    [
      'a name twice inside the header',
      signedJwt(claims, key, headerText('"a":[{"b":1,"c":{},"b":2}]')),
      reasons.header,
    ],
  ]
}

function signatures({ claims, key, stranger }: HostileWorld): HostileJwt[] {
  const good = signedJwt(claims, key)
  const [, payload = '', signature = ''] = good.split('.')
  const unsigned = (header: object, last: string) => `${encoded(header)}.${payload}.${last}`
  const withClaims = (more: object) => signedJwt({ ...claims, ...more }, key)
  return [
    [
      'a signature of zeros',
      `${good.slice(0, -signature.length)}${encoded(Buffer.alloc(256))}`,
      reasons.signature,
    ],
    ['a signature of one zero', `${good.slice(0, -signature.length)}AA`, reasons.signature],
    [
      'a signature of ones',
      `${good.slice(0, -signature.length)}${encoded(Buffer.alloc(256, 255))}`,
      reasons.signature,
    ],
    ['the signature of another key', signedJwt(claims, stranger), reasons.signature],
    [
      'the signature of other claims',
      `${withClaims({ build_branch: 'evil' }).split('.').slice(0, 2).join('.')}.${signature}`,
      reasons.signature,
    ],
    [
      'a psychic signature: r and s are zero (CVE-2022-21449)',
      unsigned({ alg: 'ES256', kid: 'ec' }, encoded(Buffer.alloc(64))),
      reasons.signature,
    ],
    [
      'r is zero',
      unsigned({ alg: 'ES256', kid: 'ec' }, encoded(Buffer.concat([Buffer.alloc(32), Buffer.alloc(32, 1)]))),
      reasons.signature,
    ],
    [
      's is zero',
      unsigned({ alg: 'ES256', kid: 'ec' }, encoded(Buffer.concat([Buffer.alloc(32, 1), Buffer.alloc(32)]))),
      reasons.signature,
    ],
    [
      'r and s are the order of the curve',
      unsigned(
        { alg: 'ES256', kid: 'ec' },
        encoded(
          Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'.repeat(2), 'hex'),
        ),
      ),
      reasons.signature,
    ],
    [
      'a DER signature',
      unsigned({ alg: 'ES256', kid: 'ec' }, encoded(Buffer.from('3006020100020100', 'hex'))),
      reasons.signature,
    ],
    [
      'an EdDSA signature of zeros',
      unsigned({ alg: 'EdDSA', kid: 'ed' }, encoded(Buffer.alloc(64))),
      reasons.signature,
    ],
  ]
}
