import { describe, expect, test } from 'vitest'
import { demoSeed } from '../../../infra/cli/demo.ts'
import { checkSeed } from '../../../infra/cli/seed-file.ts'
import { FaultyFile } from '../../../shared/config/faults.ts'
import { preset, presetNames } from '../../support/presets.ts'

const config = preset('default')
const client = { client_name: 'Machine', grant_types: ['client_credentials'], scope: 'read write' }
const apiToken = { name: 'CI', account: 'acme', scope: 'read' }
const secret = 's'.repeat(32)

describe('a sound seed file', () => {
  test('is given back, what is left out being empty', () => {
    expect(checkSeed({}, 'seed.json', config)).toEqual({
      accounts: [],
      users: [],
      clients: [],
      api_tokens: [],
    })
  })
  test('may tell everything', () => {
    const full = {
      accounts: [{ id: 'acme', tier: 'premium' }, { id: 'small' }],
      users: [
        {
          username: 'Ada@Example.com',
          password: 'correct horse',
          account: 'acme',
          name: 'Ada',
          email: 'a@b',
        },
        { username: 'grace' },
      ],
      clients: [
        {
          ...client,
          client_id: 'machine',
          client_secret: secret,
          client_uri: 'https://example.com',
          logo_uri: 'data:image/png;base64,iVBORw0KGgo=',
          redirect_uris: ['https://example.com/cb'],
          token_endpoint_auth_method: 'client_secret_post',
          account: 'acme',
          first_party: true,
          redirect_match: 'subpath',
          access_token_ttl_seconds: 600,
          introspect_audience: 'https://api.example.com',
        },
        { ...client, token_endpoint_auth_method: 'none' },
      ],
      api_tokens: [
        { name: 'CI', account: 'acme', scope: 'read write', expires_in_seconds: 86_400 },
        { name: 'CI', account: 'small', scope: 'read' },
      ],
    }
    expect(checkSeed(full, 'seed.json', config)).toEqual(full)
  })
  test.each(presetNames)('is what the demo makes under %s, with scopes that a machine may have', (name) => {
    const seed = demoSeed(preset(name))
    expect(checkSeed(seed, 'demo.json', preset(name))).toEqual(seed)
    const users = Object.entries(preset(name).scopes).filter(([, { user }]) => user)
    const machines = seed.clients.filter(({ client_id }) => client_id === 'demo-machine')
    const granted = machines.flatMap(({ scope }) => scope.split(' '))
    expect(users.filter(([scope]) => granted.includes(scope))).toEqual([])
    expect(seed.api_tokens.length).toBe(preset(name).apiTokens ? 1 : 0)
  })
})

describe('each fault is told with its path', () => {
  const at = (different: object) => ({ clients: [{ ...client, ...different }] })
  const unknownKey = 'no such setting; is it misspelled?'
  const missing = 'this setting, which is missing'
  const group = 'a group of settings'
  const url = 'an http or https URL'
  const faulty: readonly (readonly [seed: unknown, faults: readonly string[]])[] = [
    [null, [`: ${group}`]],
    [[client], [`0: ${unknownKey}`]],
    ['text', [`: ${group}`]],
    [{ users: {} }, ['users: a list of users, but got Object']],
    [{ users: [{}] }, [`users.0.username: ${missing}`]],
    [{ users: [{ username: 'a b' }] }, ['users.0.username: a user name without white space, but got "a b"']],
    [
      { users: [{ username: 'ada', password: 'hunter2' }] },
      ['users.0.password: at least 8 characters; leave it out to have one made'],
    ],
    [
      { users: [{ username: 'ada', email: 'nowhere' }] },
      ['users.0.email: an e-mail address, but got "nowhere"'],
    ],
    [{ api_tokens: {} }, ['api_tokens: a list of API tokens, but got Object']],
    [
      { api_tokens: [{}] },
      [`api_tokens.0.name: ${missing}`, `api_tokens.0.account: ${missing}`, `api_tokens.0.scope: ${missing}`],
    ],
    [{ api_tokens: [{ ...apiToken, token: 'bb_live_7f3K' }] }, [`api_tokens.0.token: ${unknownKey}`]],
    [{ api_tokens: [{ ...apiToken, account: '' }] }, ['api_tokens.0.account: an account id, but got ""']],
    [
      { api_tokens: [{ ...apiToken, name: 'a\nb' }] },
      ['api_tokens.0.name: 1 to 100 characters, visible and without control characters'],
    ],
    [{ api_tokens: [{ ...apiToken, scope: '' }] }, ['api_tokens.0.scope: at least one scope']],
    [
      { api_tokens: [apiToken, { ...apiToken, name: 'Other', scope: 'read nope openid' }] },
      [
        'api_tokens.1.scope: scopes of the catalogue, but there is no "nope"',
        'api_tokens.1.scope: scopes of an account, but "openid" is about a person',
      ],
    ],
    [
      { api_tokens: [{ ...apiToken, expires_in_seconds: 59 }] },
      ['api_tokens.0.expires_in_seconds: a time from 60 seconds to 5 years'],
    ],
    [
      { api_tokens: [apiToken, { ...apiToken, account: 'other' }, { ...apiToken, name: ' CI ' }] },
      ['api_tokens.2.name: a name that no other token of the account has'],
    ],
    [{ accounts: {} }, ['accounts: a list of accounts, but got Object']],
    [{ accounts: ['acme'] }, [`accounts.0: ${group}`]],
    [{ accounts: [{}] }, [`accounts.0.id: ${missing}`]],
    [{ accounts: [{ id: '' }] }, ['accounts.0.id: an account id, but got ""']],
    [{ accounts: [{ id: 'a'.repeat(256) }] }, ['accounts.0.id: at most 255 characters, but got 256']],
    [{ accounts: [{ id: 'a', plan: 'x' }] }, [`accounts.0.plan: ${unknownKey}`]],
    [{ accounts: [{ id: 'a', tier: 'gold' }] }, ['accounts.0.tier: one of the tiers (standard, premium)']],
    [
      { accounts: [{ id: 'a', tier: 'toString' }] },
      ['accounts.0.tier: one of the tiers (standard, premium)'],
    ],
    [{ clients: 'machine' }, ['clients: a list of clients, but got "machine"']],
    [{ clients: [null] }, [`clients.0: ${group}`]],
    [
      { clients: [{}] },
      [
        `clients.0.client_name: ${missing}`,
        `clients.0.grant_types: ${missing}`,
        `clients.0.scope: ${missing}`,
      ],
    ],
    [at({ client_id: 'é' }), ['clients.0.client_id: a client id in printable ASCII, but got "é"']],
    [at({ client_id: '' }), ['clients.0.client_id: a client id in printable ASCII, but got ""']],
    [at({ client_name: 7 }), ['clients.0.client_name: a name that people will read, but got 7']],
    [
      at({ client_uri: 'javascript:alert(1)' }),
      [`clients.0.client_uri: ${url}, but got "javascript:alert(1)"`],
    ],
    [
      at({ logo_uri: 'data:image/png;base64,' }),
      [
        'clients.0.logo_uri: a data: URI of a PNG, JPEG, WebP or GIF of at most 32768 characters, or an http or https URL, but got "data:image/png;base64,"',
      ],
    ],
    [
      at({ redirect_uris: 'https://a' }),
      ['clients.0.redirect_uris: a list of redirect URIs, but got "https://a"'],
    ],
    [
      at({ grant_types: 'client_credentials' }),
      ['clients.0.grant_types: a list of grant types, but got "client_credentials"'],
    ],
    [at({ grant_types: [] }), ['clients.0.grant_types: at least one grant type, but got 0']],
    [
      at({ grant_types: ['implicit'] }),
      [
        'clients.0.grant_types.0: one of authorization_code, client_credentials, password, refresh_token, but got "implicit"',
      ],
    ],
    [at({ scope: '' }), ['clients.0.scope: scope names divided by spaces, but got ""']],
    [
      at({ scope: 'read nope' }),
      ['clients.0.scope: scopes of the catalogue divided by single spaces, but there is no "nope"'],
    ],
    [
      at({ scope: 'read  write' }),
      ['clients.0.scope: scopes of the catalogue divided by single spaces, but there is no ""'],
    ],
    [
      at({ scope: 'constructor' }),
      ['clients.0.scope: scopes of the catalogue divided by single spaces, but there is no "constructor"'],
    ],
    [
      at({ token_endpoint_auth_method: 'private_key_jwt' }),
      [
        'clients.0.token_endpoint_auth_method: one of client_secret_basic, client_secret_post, none, but got "private_key_jwt"',
      ],
    ],
    [at({ first_party: 'yes' }), ['clients.0.first_party: true or false, but got "yes"']],
    [
      at({ token_endpoint_auth_method: 'none', client_secret: secret }),
      ['clients.0.client_secret: no secret, since the client does not authenticate'],
    ],
    [
      at({ token_endpoint_auth_method: 'none', introspect_audience: 'x' }),
      ['clients.0.introspect_audience: a client that authenticates, to introspect tokens'],
    ],
    [
      at({ grant_types: ['authorization_code'] }),
      ['clients.0.redirect_uris: at least one, since the client uses authorization_code'],
    ],
    [
      at({ redirect_uris: ['http://example.com/cb'] }),
      [
        'clients.0.redirect_uris.0: an https URI; plain http is for loopback alone, but got "http://example.com/cb"',
      ],
    ],
    [
      at({ tokens_never_expire: true }),
      ['clients.0.tokens_never_expire: another access token format: a JWT has to expire (RFC 9068 §2.2)'],
    ],
    [
      at({ access_token_ttl_seconds: 5 }),
      ['clients.0.access_token_ttl_seconds: at least 60 seconds, but got 5'],
    ],
    [at({ name: 'x' }), [`clients.0.name: ${unknownKey}`]],
    [
      { accounts: [{ id: 'a', tier: 'gold' }], clients: [client, { ...client, scope: 'nope' }] },
      [
        'accounts.0.tier: one of the tiers (standard, premium)',
        'clients.1.scope: scopes of the catalogue divided by single spaces, but there is no "nope"',
      ],
    ],
  ]
  test.each(faulty)('%j', (seed, faults) => {
    expect(faultsOf(seed)).toEqual(faults)
  })

  test('also a grant that this deployment does not offer', () => {
    expect(faultsOf({ clients: [client] }, { ...config, grants: {} })).toEqual([
      'clients.0.grant_types: grants that this deployment offers (), but not client_credentials',
    ])
  })

  test('also users, where no grant signs people in', () => {
    expect(faultsOf({ users: [{ username: 'ada' }] }, preset('buildr'))).toEqual([
      'users: no users, since no grant of this deployment signs people in',
    ])
  })

  test('also API tokens, where the deployment has none', () => {
    expect(faultsOf({ api_tokens: [apiToken] }, preset('buildr'))).toEqual([
      'api_tokens: no API tokens, since the configuration has no apiTokens',
    ])
  })

  test.each([
    { client_secret: 'hunter2', expected: 'at least 32 characters; leave it out to have one made' },
    { client_secret: `hunter2${'é'.repeat(40)}`, expected: 'a client secret in printable ASCII' },
    { client_secret: ['hunter2'], expected: 'a client secret in printable ASCII' },
  ])('a bad secret without repeating it: $expected', ({ client_secret, expected }) => {
    expect(faultsOf(at({ client_secret }))).toEqual([`clients.0.client_secret: ${expected}`])
  })
})

function faultsOf(seed: unknown, deployment = config): string[] {
  try {
    checkSeed(seed, 'seed.json', deployment)
    return []
  } catch (error) {
    if (!(error instanceof FaultyFile)) throw error
    return error.faults.map(({ path, expected }) => `${path}: ${expected}`)
  }
}
