/** Hostile CI tokens: claims that are not what they should be, and tokens that are no JWT. */
import { generateKeyPairSync } from 'node:crypto'
import { CompactEncrypt } from 'jose'
import { audience, timesAt } from './ci-claims.ts'
import { encoded, signedJwt, signedText } from './ci-issuer.ts'
import { type HostileJwt, type HostileWorld, reasons } from './hostile-world.ts'

export function hostileClaims({ claims, key, now }: HostileWorld): HostileJwt[] {
  const withClaims = (more: object) => signedJwt({ ...claims, ...more }, key)
  const text = JSON.stringify(claims)
  /** The claims with `more` before the first, or after the last. */
  const textBefore = (more: string) => `{${more},${text.slice(1)}`
  const textAfter = (more: string) => `${text.slice(0, -1)},${more}}`
  return [
    [
      'iss twice, the first another',
      signedJwt(textBefore('"iss":"https://evil.example"'), key),
      reasons.claims,
    ],
    [
      'iss twice, the last another',
      signedJwt(textAfter('"iss":"https://evil.example"'), key),
      reasons.claims,
    ],
    [
      'iss twice, once escaped',
      signedJwt(textBefore(String.raw`"\u0069\u0073s":"https://evil.example"`), key),
      reasons.claims,
    ],
    ['organization_slug twice', signedJwt(textBefore('"organization_slug":"evil"'), key), reasons.claims],
    [
      'organization_slug twice, white space before the colon',
      signedJwt(textBefore('"organization_slug" \n\t:"evil"'), key),
      reasons.claims,
    ],
    ['exp twice', signedJwt(textBefore('"exp":1'), key), reasons.claims],
    ['__proto__ twice', signedJwt(textAfter('"__proto__":1,"__proto__":2'), key), reasons.claims],
    ['a name twice, deep inside', signedJwt(textAfter('"x":{"y":[1,{"z":"}","z":0}]}'), key), reasons.claims],

    ...['1800000290', null, true, [now + 290], { value: now }, -1, 1e308, 253_402_300_800].map(
      (exp) => [`exp ${JSON.stringify(exp)}`, withClaims({ exp }), 'exp is missing or malformed'] as const,
    ),
    [
      'exp beyond all numbers',
      signedJwt(text.replace(/"exp":\d+/, '"exp":1e999'), key),
      'exp is missing or malformed',
    ],
    ['exp NaN', signedJwt(text.replace(/"exp":\d+/, '"exp":NaN'), key), reasons.claims],
    ...['1', null, false, [1], {}, -1, 1e308].flatMap(
      (value) =>
        [
          [`nbf ${JSON.stringify(value)}`, withClaims({ nbf: value }), 'nbf is malformed'],
          [`iat ${JSON.stringify(value)}`, withClaims({ iat: value }), 'iat is malformed'],
        ] as const,
    ),
    ...[
      null,
      0,
      true,
      '',
      [],
      {},
      [audience, audience],
      [audience, 'https://other.example'],
      ['https://other.example', audience],
      [[audience]],
      [{ aud: audience }],
      `${audience}/`,
      audience.toUpperCase(),
      ` ${audience}`,
      'https://other.example',
      { 0: audience, length: 1 },
    ].map((aud) => [`aud ${JSON.stringify(aud)}`, withClaims({ aud }), 'another audience'] as const),
    ...[
      null,
      0,
      [claims.iss],
      { url: claims.iss },
      `${claims.iss}/`,
      `${claims.iss}#`,
      claims.iss.toUpperCase(),
      ` ${claims.iss}`,
      '__proto__',
      '',
    ].map(
      (iss) =>
        [`iss ${JSON.stringify(iss)}`, withClaims({ iss }), 'an issuer that is not configured'] as const,
    ),
    ...[null, 0, '', ['a'], {}, 'a\nb', 'a\u0000', 's'.repeat(2049), '\ud800'].map(
      (sub) => [`sub ${JSON.stringify(sub).slice(0, 20)}`, withClaims({ sub }), 'sub is malformed'] as const,
    ),
    ...[0.5, true, ['a'], {}, 'a\r\nx-evil: 1', 'p'.repeat(2049)].map(
      (value) =>
        [
          `pipeline_slug ${JSON.stringify(value).slice(0, 20)}`,
          withClaims({ pipeline_slug: value }),
          'pipeline_slug is missing or malformed',
        ] as const,
    ),
    [
      'build_branch as an object',
      withClaims({ build_branch: { name: 'main' } }),
      'build_branch is malformed',
    ],
    [
      'claims that only a prototype has',
      signedJwt(text.replace('"organization_slug"', '"__proto__":{"organization_slug":"acme-inc"},"x"'), key),
      'organization_slug is missing',
    ],
    ['expired', withClaims(timesAt(now - 300)), 'expired'],
    // Long enough for the whole corpus to be sent over HTTP by a slow machine.
    ['not yet valid', withClaims({ nbf: now + 600 }), 'not yet valid'],
    [
      'another organization',
      withClaims({ organization_slug: 'evil' }),
      'organization_slug has another value',
    ],
  ]
}

export async function hostileShapes({ claims, key }: HostileWorld): Promise<HostileJwt[]> {
  const good = signedJwt(claims, key)
  const [, payload = '', signature = ''] = good.split('.')
  const text = JSON.stringify(claims)
  const withClaims = (more: object) => signedJwt({ ...claims, ...more }, key)
  const deep = `${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`
  return [
    ['a JWE', await encrypted(good), 'the token is encrypted'],
    ['one part', encoded(claims), 'not a JWT'],
    ['two parts', `${encoded({ alg: 'RS256' })}.${payload}`, 'not a JWT'],
    ['four parts', `${good}.AA`, 'not a JWT'],
    ['six parts', 'AA.AA.AA.AA.AA.AA', 'not a JWT'],
    ['dots', '..', reasons.encoding],
    ['four dots', '....', 'the token is encrypted'],
    ['no header', `.${payload}.${signature}`, reasons.encoding],
    ['no claims', signedText(`${encoded({ alg: 'RS256' })}.`, key), reasons.encoding],
    ['no signature', good.slice(0, -signature.length), reasons.encoding],
    ['padding', `${good}==`, reasons.encoding],
    ['padding in the middle', signedText(`${good.split('.')[0]}=.${payload}`, key), 'no bearer token'],
    [
      'base64 in place of base64url',
      `${good.slice(0, -signature.length)}${Buffer.alloc(256, 255).toString('base64').replace(/=+$/, '')}`,
      reasons.encoding,
    ],
    [
      'bits that count for nothing',
      signedText(`${encoded('{"alg":"RS256"} ').replace(/.$/, 'B')}.${payload}`, key),
      reasons.encoding,
    ],
    ['white space inside', good.replace('.', '. '), 'no bearer token'],
    ['a newline inside', good.replace('.', '.\n'), 'no bearer token'],
    ['a NUL at the end', `${good}\u0000`, 'no bearer token'],
    ['a header that is a list', signedJwt(claims, key, '[{"alg":"RS256"}]'), reasons.header],
    ['a header that is null', signedJwt(claims, key, 'null'), reasons.header],
    ['a header that is no JSON', signedJwt(claims, key, '{"alg":"RS256",}'), reasons.header],
    [
      'a header with a byte order mark',
      signedJwt(claims, key, '\ufeff{"alg":"RS256","kid":"rsa"}'),
      reasons.header,
    ],
    [
      'a header that is no UTF-8',
      signedJwt(claims, key, Buffer.from('7b22616c67223a2252533235362280227d', 'hex')),
      reasons.header,
    ],
    [
      'claims with an overlong encoding',
      signedJwt(Buffer.concat([Buffer.from('{"iss":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]), key),
      reasons.claims,
    ],
    ['claims that are a list', signedJwt([claims], key), reasons.claims],
    ['claims that are a text', signedJwt(JSON.stringify(text), key), reasons.claims],
    ['claims that are a JWT', signedJwt(good, key, { alg: 'RS256', kid: 'rsa', cty: 'JWT' }), reasons.claims],
    ['no claims in the claims', signedJwt({}, key), 'an issuer that is not configured'],
    ['claims a thousand deep', signedJwt(deep, key), 'an issuer that is not configured'],
    ['very long', withClaims({ filler: 'x'.repeat(8_000) }), 'the token is too long'],
    ['a megabyte', 'a'.repeat(1_048_576), 'the token is too long'],
    ['a megabyte of dots', '.'.repeat(1_048_576), 'the token is too long'],
  ]
}

async function encrypted(token: string): Promise<string> {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const header = { alg: 'RSA-OAEP-256', enc: 'A256GCM', cty: 'JWT' }
  return new CompactEncrypt(Buffer.from(token)).setProtectedHeader(header).encrypt(publicKey)
}
