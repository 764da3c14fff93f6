import { defineGrant, optionalScope } from '../../../shared/http/grant.ts'

/**
 * Client credentials grant, RFC 6749 §4.4.
 *
 * The client acts for itself, so there is no resource owner: `sub` is the client id (RFC 9068 §2.2).
 */
export const clientCredentials = defineGrant({
  grantType: 'client_credentials',
  clientType: 'confidential', // §4.4: "MUST only be used by confidential clients"
  parameters: { scope: optionalScope },

  async issue({ client, parameters, now }, { scopes, tokens }) {
    const scope = scopes.forClient(parameters.scope, client) // §3.3; throws invalid_scope
    return tokens.issue({
      client,
      subject: client.clientId,
      scope,
      requestedScope: parameters.scope,
      now,
    })
  },
})
