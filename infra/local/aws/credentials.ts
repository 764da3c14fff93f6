/** Access keys that the endpoint server knows, and whom each stands for. */
import { randomBytes } from 'node:crypto'
import type { Role } from '../iam/roles.ts'
import { account } from '../identity.ts'

/** Whoever signs a request: a function under its role, or the person who runs the stack. */
export type Caller =
  | {
      readonly kind: 'role'
      readonly arn: string
      readonly role: Role
      readonly functionName: string
    }
  | { readonly kind: 'operator'; readonly arn: string }

export type Credentials = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly caller: Caller
}

export class CredentialStore {
  readonly #byAccessKey = new Map<string, Credentials>()

  /** Temporary credentials of one worker of a function, as if its role had been assumed. */
  issueForFunction(role: Role, functionName: string): Credentials {
    const arn = `arn:aws:sts::${account}:assumed-role/${role.name}/${functionName}`
    return this.#issue({ kind: 'role', arn, role, functionName })
  }

  /** Credentials that may do anything: for seeding and for tests. */
  issueForOperator(): Credentials {
    return this.#issue({
      kind: 'operator',
      arn: `arn:aws:sts::${account}:assumed-role/operator/local`,
    })
  }

  find(accessKeyId: string): Credentials | undefined {
    return this.#byAccessKey.get(accessKeyId)
  }

  /** Ends credentials together with the worker that held them. */
  revoke(credentials: Credentials): void {
    this.#byAccessKey.delete(credentials.accessKeyId)
  }

  #issue(caller: Caller): Credentials {
    const credentials = {
      accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: randomBytes(48).toString('base64'),
      caller,
    }
    this.#byAccessKey.set(credentials.accessKeyId, credentials)
    return credentials
  }
}

/** The environment variables from which an AWS SDK takes these credentials. */
export function credentialVariables(credentials: Credentials): Readonly<Record<string, string>> {
  return {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  }
}
