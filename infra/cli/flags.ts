/** Reading the flags of a command. */
import { parseArgs } from 'node:util'
import { CommandError } from './command-error.ts'

/** Which deployment a command is for. */
export interface DeploymentFlags {
  readonly config: string | undefined
  readonly outputs: string | undefined
}

type Options = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>

/**
 * The values of a command's flags, those of the deployment included, and what else was given.
 *
 * @throws CommandError when a flag is unknown or lacks its value
 */
export function parseFlags<const Own extends Options>(args: readonly string[], options: Own) {
  try {
    return parseArgs({
      args: [...args],
      options: { ...options, config: { type: 'string' }, outputs: { type: 'string' } },
      allowPositionals: true,
    })
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : 'the flags cannot be read')
  }
}

export function deploymentFlags({
  config,
  outputs,
}: {
  readonly config?: string | undefined
  readonly outputs?: string | undefined
}): DeploymentFlags {
  return { config, outputs }
}

/** Without what was not given: the seed format takes a missing member, and no empty one. */
export function given(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
