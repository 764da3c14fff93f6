import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commandsToTry, signInHint } from '../../../infra/local/project/commands.ts'
import { projectRoot } from '../../../infra/local/project/paths.ts'

const outputs = {
  BaseUrl: 'http://127.0.0.1:3000/prod',
  TokenEndpoint: 'http://127.0.0.1:3000/prod/oauth/token',
  Prefix: '/oauth',
}
const client = { client_id: 'demo', client_secret: "it's", grant_types: ['client_credentials'] }

test('a client that uses Basic gets a command with its form-encoded credentials, quoted for the shell', () => {
  const clients = [{ client_id: 'web', grant_types: ['authorization_code'] }, client]
  expect(commandsToTry({ clients }, outputs, [])).toEqual([
    "curl -s -u 'demo:it'\\''s' -d grant_type=client_credentials http://127.0.0.1:3000/prod/oauth/token",
  ])
})

test('a client that posts its credentials gets them as form fields', () => {
  const posting = { ...client, client_secret: 's3', token_endpoint_auth_method: 'client_secret_post' }
  expect(commandsToTry({ clients: [posting] }, outputs, [])).toEqual([
    'curl -s --data-urlencode client_id=demo --data-urlencode client_secret=s3 -d grant_type=client_credentials http://127.0.0.1:3000/prod/oauth/token',
  ])
})

test('an app that takes passwords gets a command with the first user’s', () => {
  const firstParty = { client_id: 'own', client_secret: 's', grant_types: ['password'] }
  const users = [{ username: 'ada', password: 'it is long' }]
  expect(commandsToTry({ clients: [firstParty], users }, outputs, [])).toEqual([
    "curl -s -u own:s -d grant_type=password --data-urlencode username=ada --data-urlencode 'password=it is long' http://127.0.0.1:3000/prod/oauth/token",
  ])
})

test('people are told where to sign in, and as whom, where there are pages', () => {
  const users = [{ username: 'ada', password: 'pass word' }]
  expect(signInHint({ users }, outputs, ['GET /oauth/account'])).toBe(
    'Sign in at http://127.0.0.1:3000/prod/oauth/account as ada with the password pass word',
  )
  expect(signInHint({ users }, outputs, ['POST /oauth/token'])).toBeUndefined()
  expect(signInHint({}, outputs, ['GET /oauth/account'])).toBeUndefined()
})

test('an API token whose value is known gets a command, where the stack tells about tokens', () => {
  const tokens = [{ name: 'old' }, { name: 'ci', token: 'scrip_abc' }]
  const commands = (...routes: string[]) => commandsToTry({ api_tokens: tokens }, outputs, routes)
  expect(commands('ANY /api/v1/token')).toEqual([
    "curl -i -H 'Authorization: Bearer scrip_abc' http://127.0.0.1:3000/prod/api/v1/token",
  ])
  expect(commands('POST /oauth/token')).toEqual([])
})

test('documents are offered where the stack has their routes', () => {
  expect(
    commandsToTry({}, outputs, ['GET /.well-known/jwks.json', 'GET /health', 'POST /oauth/token']),
  ).toEqual([
    'curl -s http://127.0.0.1:3000/prod/.well-known/jwks.json',
    'curl -s http://127.0.0.1:3000/prod/health',
  ])
})

describe('a stack that vends has a command to make a job’s token, and ask with it', () => {
  const command = (localFolder?: string) => commandsToTry({}, outputs, ['POST /token'], localFolder)
  const asking = (makeToken: string) => [
    `curl -s -X POST -H "Authorization: Bearer $(${makeToken})" -H 'Content-Type: application/json' http://127.0.0.1:3000/prod/token`,
  ]

  test('which finds the stack’s keys where they are by default', () => {
    expect(command()).toEqual(asking('npm run --silent ci-token'))
    expect(command(join(projectRoot, '.local'))).toEqual(asking('npm run --silent ci-token'))
  })

  test('which is told where they are elsewhere', () => {
    expect(command('/var/my data')).toEqual(asking("LOCAL_DIR='/var/my data' npm run --silent ci-token"))
  })
})
