/** Which routes the authorizer stands before, in every preset. */
import { describe, expect, it } from 'vitest'
import { functionCatalogue } from '../../infra/constructs/function-catalogue.ts'
import { preset, presetNames } from '../support/presets.ts'
import { folders, functionOf, routesOf } from './reading.ts'
import { synthesize } from './synthesize.ts'

/** The routes that anybody may ask, below the prefix where they have one; every other one is protected. */
const open = {
  always: [
    'GET /.well-known/jwks.json',
    'GET /.well-known/oauth-authorization-server',
    'GET /.well-known/openid-configuration',
    'GET /health',
  ],
  belowPrefix: ['POST /introspect', 'POST /leaked', 'POST /revoke', 'POST /token'],
  ofPeople: [
    'GET /account',
    'GET /authorize',
    'GET /form-post.js',
    'GET /login',
    'GET /logout',
    'GET /style.css',
    'POST /account',
    'POST /authorize',
    'POST /consent',
    'POST /login',
    'POST /logout',
  ],
  ofOpenId: ['GET /userinfo', 'POST /userinfo'],
}

function openRoutes(name: string): string[] {
  const { paths, grants, scopes } = preset(name)
  const below = (route: string) => route.replace(' ', ` ${paths.prefix}`)
  return [
    ...open.always,
    ...open.belowPrefix.map(below),
    ...Object.keys(grants).map((grant) => below(`POST /token/${grant}`)),
    ...(grants.authorization_code ? open.ofPeople.map(below) : []),
    ...(scopes.openid ? open.ofOpenId.map(below) : []),
  ].sort()
}

function expectOpen({ Properties }: ReturnType<typeof routesOf>[number]): void {
  expect(Properties.AuthorizationType).toBe('NONE')
  expect(Properties).not.toHaveProperty('AuthorizerId')
  expect(Properties.ApiKeyRequired).toBeUndefined()
}

const protectedPresets = presetNames.filter((name) => preset(name).api)
describe.each(protectedPresets.map((name) => ({ name, stack: synthesize({ preset: name }) })))(
  'under $name',
  ({ name, stack }) => {
    const routes = routesOf(stack)
    const isProtected = ({ Properties }: (typeof routes)[number]) => Properties.AuthorizationType !== 'NONE'

    it('anybody may ask these routes, and no other', () => {
      const found = routes.filter((route) => !isProtected(route))
      expect(found.map(({ route }) => route)).toEqual(openRoutes(name))
      found.forEach(expectOpen)
    })

    it('the authorizer and a usage plan stand before the team’s own, whatever the method', () => {
      const paths = new Set(preset(name).api?.routes.map(({ path }) => path))
      const wanted = ['/api/v1/token', ...paths, '/api/v1/{proxy+}'].map((path) => `ANY ${path}`)
      const found = routes.filter(isProtected)
      expect(found.map(({ route }) => route)).toEqual(wanted.sort())
      for (const { Properties, alias } of found) {
        expect(Properties).toMatchObject({ AuthorizationType: 'CUSTOM', ApiKeyRequired: true })
        expect(stack.readable(Properties.AuthorizerId)).toBe('<Api/Authorizer>')
        expect(alias).toBe(`${functionOf(stack, 'api').path}/Aliaslive`)
      }
    })

    it('no function but the one that reads the authorizer’s word is behind it, and that one only there', () => {
      const catalogue = functionCatalogue(preset(name)).flatMap(({ folder, routes: declared }) =>
        declared.map((route) => ({ ...route, folder })),
      )
      for (const { folder, path, isProtected: declared = false } of catalogue)
        expect([path, declared]).toEqual([path, folder === 'api'])
    })

    it('it is one authorizer, asked about every request, whose answer is never kept', () => {
      const authorizers = stack.resources('AWS::ApiGateway::Authorizer')
      expect(Object.keys(authorizers)).toEqual(['Api/Authorizer'])
      const { AuthorizerUri, RestApiId, Name, ...settings } = authorizers['Api/Authorizer']?.Properties ?? {}
      // No identity source: API Gateway would answer a request without it by itself, and tell no rate.
      expect(settings).toEqual({ Type: 'REQUEST', IdentitySource: '', AuthorizerResultTtlInSeconds: 0 })
      expect(String(stack.readable(AuthorizerUri))).toContain(
        `<${functionOf(stack, 'authorizer').path}/Aliaslive>`,
      )
    })

    it('API Gateway takes the key of a usage plan from the authorizer alone, and bodies as bytes', () => {
      expect(stack.resources('AWS::ApiGateway::RestApi')['Api/RestApi']?.Properties).toMatchObject({
        ApiKeySourceType: 'AUTHORIZER',
        BinaryMediaTypes: ['*/*'],
      })
    })

    it('nothing that a caller reaches is told the API, the stage or a plan', () => {
      for (const folder of folders(stack)) {
        const { Variables } = functionOf(stack, folder).Properties.Environment
        const told = JSON.stringify(stack.readable(Variables))
        expect([folder, /<Api\/|execute-api|UsagePlan/.exec(told)]).toEqual([folder, null])
      }
    })
  },
)

describe('without an api', () => {
  const stack = synthesize({ change: (yaml) => yaml.replace(/^apiTokens:[\s\S]*?^api: .*$/m, '') })

  it('there is no authorizer, no usage plan, no schedule and no key', () => {
    for (const type of [
      'ApiGateway::Authorizer',
      'ApiGateway::UsagePlan',
      'ApiGateway::ApiKey',
      'Events::Rule',
    ])
      expect([type, stack.resources(`AWS::${type}`)]).toEqual([type, {}])
    expect(folders(stack)).toEqual(expect.not.arrayContaining(['api', 'api-keys', 'authorizer']))
    expect(folders(stack)).toContain('leaked')
  })

  it('every route is one of those that anybody may ask', () => {
    expect(routesOf(stack).map(({ route }) => route)).toEqual(openRoutes('default'))
  })

  it('API Gateway reads no key', () => {
    const { Properties } = stack.resources('AWS::ApiGateway::RestApi')['Api/RestApi'] ?? {}
    expect(Properties).not.toHaveProperty('ApiKeySourceType')
    expect(Properties).not.toHaveProperty('BinaryMediaTypes')
  })
})

describe('a deployment that only vends GitHub tokens', () => {
  it('gets bodies as bytes, whose number has a limit, and reads no API key', () => {
    const { Properties } =
      synthesize({ preset: 'ci' }).resources('AWS::ApiGateway::RestApi')['Api/RestApi'] ?? {}
    expect(Properties).toMatchObject({ BinaryMediaTypes: ['*/*'] })
    expect(Properties).not.toHaveProperty('ApiKeySourceType')
  })

  it('has the vending routes and the health check, each of which anybody may ask', () => {
    const routes = routesOf(synthesize({ preset: 'ci' }))
    expect(routes.map(({ route }) => route)).toEqual([
      'GET /health',
      'POST /git-credentials',
      'POST /git-credentials/{profile}',
      'POST /organization/git-credentials/{profile}',
      'POST /organization/token/{profile}',
      'POST /token',
      'POST /token/{profile}',
    ])
    routes.forEach(expectOpen)
  })
})
