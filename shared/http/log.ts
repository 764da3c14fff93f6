/**
 * The log: one JSON line a fact, for the operator. Never an event, a body, a token or a secret.
 *
 * Level and service name come from the environment that the stack sets (POWERTOOLS_LOG_LEVEL,
 * POWERTOOLS_SERVICE_NAME).
 */
import { Logger } from '@aws-lambda-powertools/logger'

/** Characters of a client id that a stranger may have made up, and that goes into each line. */
export const MAX_LOGGED_ID = 255

export const log = new Logger()
