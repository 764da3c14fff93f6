/**
 * The log: one JSON line a fact, for the operator. Never an event, a body, a token or a secret.
 *
 * Level and service name come from the environment that the stack sets (POWERTOOLS_LOG_LEVEL,
 * POWERTOOLS_SERVICE_NAME).
 */
import { Logger } from '@aws-lambda-powertools/logger'

export const log = new Logger()
