/** Functions, invocations and their outcomes. */
import type { Role } from '../iam/roles.ts'
import type { Json } from '../json.ts'

export type FunctionDefinition = {
  readonly name: string
  readonly arn: string
  /** The unpacked asset. */
  readonly folder: string
  /** `<module>.<export>`, such as `index.handler`. */
  readonly handler: string
  readonly timeoutSeconds: number
  readonly memoryMegabytes: number
  readonly architecture: 'arm64' | 'x86_64'
  readonly variables: Readonly<Record<string, string>>
  readonly role: Role
  readonly reservedConcurrency?: number
  readonly logGroup: string
}

export type Invocation = {
  /** JSON text. */
  readonly event: string
  /** The ARN as the caller named it, with alias or version. */
  readonly invokedArn: string
  readonly version: string
}

/** What Lambda answers when a function did not return: `X-Amz-Function-Error: Unhandled` and this as body. */
export type FunctionError = {
  readonly errorType: string
  readonly errorMessage: string
  readonly trace?: readonly string[]
}

export type InvocationResult =
  | { readonly kind: 'returned'; readonly payload: string }
  | { readonly kind: 'failed'; readonly error: FunctionError }

/** From the worker thread to its owner. */
export type ThreadMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'init failed'; readonly error: FunctionError }
  | { readonly type: 'returned'; readonly payload: string }
  | { readonly type: 'failed'; readonly error: FunctionError }

/** From the owner to the worker thread. */
export type ThreadInvocation = {
  readonly event: string
  /** Epoch milliseconds at which the invocation is ended. */
  readonly deadline: number
  readonly context: { readonly [key: string]: Json }
}

/** Lambda's limit for a synchronous request and response, in bytes. */
export const payloadLimitBytes = 6_291_556
