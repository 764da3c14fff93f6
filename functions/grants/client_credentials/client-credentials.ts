import { defineGrant, optionalScope } from '../../../shared/http/grant.ts'
import { beginGrant, type IssuingServices } from '../../../shared/http/issue-tokens.ts'
import { grantScope, machineScopes } from '../../../shared/protocol/scope.ts'

/**
 * Client credentials grant, RFC 6749 §4.4.
 *
 * The client acts for itself, so there is no resource owner: `sub` is the client id (RFC 9068 §2.2), or the
 * app's owner where the deployment says so.
 */
export const clientCredentials = defineGrant<IssuingServices>()({
  grantType: 'client_credentials',
  clientType: 'confidential', // §4.4: "MUST only be used by confidential clients"
  parameters: { scope: optionalScope },

  async issue({ client, parameters, now }, services) {
    const { scopes, scope: policy, grants } = services.config
    const scope = grantScope(parameters.scope, client.scope, machineScopes(scopes), policy) // §3.3
    const isOwners = grants.client_credentials?.subject === 'owner'
    const subject = (isOwners ? client.account : undefined) ?? client.clientId
    const authorization = { client, subject, scope, requestedScope: parameters.scope, now }
    return beginGrant('client_credentials', authorization, services)
  },
})
