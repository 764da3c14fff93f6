/**
 * Stands in for `@aws-sdk/credential-provider-node` in every function's bundle (see `bundle.ts`).
 *
 * Lambda hands a function its role's credentials in three variables and keeps them valid for as long as the
 * sandbox lives, so this is all that the SDK's default chain (files, SSO, metadata services) would find: it
 * saves some 130 KB and 45 ms of a cold start. The SDK remembers the answer, since it has no expiration.
 */

/** What the SDK calls an `AwsCredentialIdentity`; its type package is none of our dependencies. */
interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** The one export of the replaced package that SDK clients use. */
export function defaultProvider(): () => Promise<Credentials> {
  return async () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env
    if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY)
      throw new Error('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set: this is not a Lambda sandbox')
    return {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
    }
  }
}
