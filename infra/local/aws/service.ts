/** What the endpoint server and the services behind it tell each other. */
import type { Access } from '../iam/policy.ts'
import type { Roles } from '../iam/roles.ts'
import type { Caller } from './credentials.ts'
import { AwsError } from './errors.ts'
import type { SignedRequest } from './signature.ts'

export type ServiceResponse = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer
}

/** Checks one access of the caller; throws where it is refused. */
export type Authorize = (access: Access) => void

/** One AWS service. It asks `authorize` for all that a request touches before it does any of it. */
export type Service = {
  handle(request: SignedRequest, authorize: Authorize): Promise<ServiceResponse>
  /** An error in the service's own shape. */
  describeError(error: AwsError): ServiceResponse
}

/**
 * A check that holds a caller to its role.
 *
 * @param report is told of every refusal, in AWS's words.
 */
export function authorizeCaller(
  caller: Caller,
  roles: Roles,
  deniedStatus: number,
  report: (line: string) => void,
): Authorize {
  return (access) => {
    if (caller.kind === 'operator') return
    const decision = roles.decide(caller.role, access)
    if (decision === 'allowed') return
    const reason =
      decision === 'explicitly denied'
        ? 'with an explicit deny in an identity-based policy'
        : `because no identity-based policy allows the ${access.action} action`
    const message = `User: ${caller.arn} is not authorized to perform: ${access.action} on resource: ${access.resource} ${reason}`
    report(`AccessDenied ${message}`)
    throw new AwsError('AccessDeniedException', message, deniedStatus)
  }
}
