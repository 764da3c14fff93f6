import { expect } from 'vitest'
import type { ErrorCode } from '../../shared/protocol/errors.ts'

/** Matches an OAuthError by what the caller reads and what the log does; the reason is the description unless told. */
export function oauthError(code: ErrorCode, description: string, reason = description) {
  return expect.objectContaining({ name: 'OAuthError', code, description, reason })
}
