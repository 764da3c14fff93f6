/** The local stack's Secrets Manager, as the SDK reaches it: signed requests over HTTP. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll } from 'vitest'
import { CredentialStore, type Credentials, credentialVariables } from '../../infra/local/aws/credentials.ts'
import { EndpointServer } from '../../infra/local/aws/endpoint.ts'
import { secretsManagerService } from '../../infra/local/aws/secrets-manager.ts'
import { Roles } from '../../infra/local/iam/roles.ts'
import { SecretStore } from '../../infra/local/secrets/store.ts'
import { connectSecretsManager } from '../../shared/stores/secrets.ts'
import { type Fault, flakyConnection } from './flaky-connection.ts'

/** Starts the service before a file's tests, behind a connection that can fail, and stops it after them. */
export function useSecretsManager() {
  const folder = mkdtempSync(join(tmpdir(), 'scrip-secrets-'))
  const secrets = new SecretStore(join(folder, 'secrets.json'))
  const credentials = new CredentialStore()
  const roles = new Roles()
  const server = new EndpointServer(credentials, roles, () => {})
  let proxy: Awaited<ReturnType<typeof flakyConnection>>
  beforeAll(async () => {
    server.add('secretsmanager', secretsManagerService(secrets))
    const url = await server.start()
    proxy = await flakyConnection(Number(new URL(url).port))
  })
  afterAll(async () => {
    await proxy.close()
    await server.close()
    rmSync(folder, { recursive: true })
  })

  function connect(as: Credentials): SecretsManagerClient {
    Object.assign(process.env, credentialVariables(as), {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${proxy.port}`,
    })
    return connectSecretsManager()
  }

  return {
    /** A secret that was just created: it has no value. */
    newSecret: () => secrets.ensure(randomUUID()).secret,
    /** A connection that may do anything. */
    connect: () => connect(credentials.issueForOperator()),
    /** A connection of a function whose role has no rights. */
    connectWithoutRights: () => {
      const role = roles.create(randomUUID(), new Set())
      return connect(credentials.issueForFunction(role, 'Function'))
    },
    /** The fault befalls the first request of that command. */
    failAt(client: SecretsManagerClient, command: string, fault: Fault) {
      let isFirst = true
      client.middlewareStack.add(
        (next, { commandName }) =>
          (args) => {
            if (commandName === command && isFirst) {
              isFirst = false
              proxy.failOnce(fault)
            }
            return next(args)
          },
        { step: 'initialize', name: `fail-at-${command}` },
      )
    },
    happened: () => proxy.happened.splice(0),
  }
}
