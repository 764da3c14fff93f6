/** Apps of the seed file, as the tests of grants register them, and the one answer to a grant that is no good. */
import type { Form } from './operated-stack.ts'

export const secret = 'an-imported-secret-of-32-characters-or-more'
export const callback = 'https://app.example/cb'
export const credentials = (id: string): Form => ({ client_id: id, client_secret: secret })
export const client = (id: string, more: object) => ({
  ...credentials(id),
  client_name: id,
  grant_types: ['authorization_code', 'refresh_token'],
  redirect_uris: [callback],
  token_endpoint_auth_method: 'client_secret_post',
  ...more,
})
export const invalidGrant = {
  status: 400,
  body: {
    error: 'invalid_grant',
    error_description: 'The grant is invalid, expired, revoked or not for this client',
  },
}
