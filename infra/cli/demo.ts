/** The data that a first start on localhost has, so that the commands to try have somebody to try them with. */
import type { Config } from '../../shared/config/types.ts'
import { type ClientMetadata, newClientSecret } from '../../shared/protocol/client-registration.ts'
import { type GrantType, hasUsers } from '../../shared/protocol/grant-types.ts'
import { formatScope, machineScopes } from '../../shared/protocol/scope.ts'
import type { Seed } from './seed-file.ts'

/** Where the demo app would listen; nothing does, and the browser's address bar shows the code all the same. */
const DEMO_REDIRECT_URI = 'http://127.0.0.1:8000/callback'

/** An account, and what of a user, apps and an API token this configuration can have; secrets are new each time. */
export function demoSeed(config: Config): Seed {
  const { grants, rateLimits } = config
  return {
    accounts: [{ id: 'demo', tier: rateLimits.defaultTier }],
    users: hasUsers(grants)
      ? [
          {
            username: 'demo',
            // Typed by hand on a login page, so it is long rather than random by the byte.
            password: newClientSecret().slice(0, 20),
            account: 'demo',
            name: 'Demo Person',
            email: 'demo@example.com',
          },
        ]
      : [],
    clients: [
      ...(grants.client_credentials ? [machine(config)] : []),
      ...(grants.authorization_code ? [app(config)] : []),
      ...(grants.password ? [firstPartyApp(config)] : []),
    ],
    api_tokens: config.apiTokens
      ? [
          {
            name: 'Demo token',
            account: 'demo',
            scope: formatScope(Object.keys(machineScopes(config.scopes))),
          },
        ]
      : [],
  }
}

/** A machine client with every scope that a machine may have. */
function machine({ scopes, grants }: Config): ClientMetadata {
  return {
    client_id: 'demo-machine',
    client_secret: newClientSecret(),
    client_name: 'Demo machine',
    grant_types: ['client_credentials', ...refreshOf(grants.client_credentials)],
    scope: formatScope(Object.keys(machineScopes(scopes))),
    token_endpoint_auth_method: 'client_secret_basic',
    account: 'demo',
  }
}

/** An app that acts for people, with every scope. */
function app({ scopes, grants }: Config): ClientMetadata {
  return {
    client_id: 'demo-app',
    client_secret: newClientSecret(),
    client_name: 'Demo app',
    client_uri: 'https://example.com',
    redirect_uris: [DEMO_REDIRECT_URI],
    grant_types: ['authorization_code', ...refreshOf(grants.authorization_code)],
    scope: formatScope(Object.keys(scopes)),
    token_endpoint_auth_method: 'client_secret_basic',
    account: 'demo',
  }
}

/** An app of the operator's own, which may take passwords. */
function firstPartyApp({ scopes, grants }: Config): ClientMetadata {
  return {
    client_id: 'demo-first-party',
    client_secret: newClientSecret(),
    client_name: 'Demo first-party app',
    grant_types: ['password', ...refreshOf(grants.password)],
    scope: formatScope(Object.keys(scopes)),
    token_endpoint_auth_method: 'client_secret_basic',
    account: 'demo',
    first_party: true,
  }
}

function refreshOf(grant: { readonly refreshToken: boolean } | undefined): GrantType[] {
  return grant?.refreshToken ? ['refresh_token'] : []
}
