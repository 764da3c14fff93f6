/** The public keys of a deployment, for every function that verifies or publishes them. */
import { type Environment, requireVariable, secretVariables } from '../config/environment.ts'
import { cachedSecret } from '../stores/cached-secret.ts'
import { connectSecretsManager, secretStore } from '../stores/secrets.ts'
import { type Jwks, publishedKeys } from '../tokens/jwks.ts'

/**
 * @returns a function that gives the published keys; it throws SecretMissing before the first keys are made
 * @throws Error naming the variable that the stack failed to set
 */
export function verificationKeys(environment: Environment = process.env): () => Promise<Jwks> {
  const arn = requireVariable(environment, secretVariables.verificationKeys)
  return cachedSecret(secretStore(connectSecretsManager(), arn), 'verification-keys', publishedKeys)
}
