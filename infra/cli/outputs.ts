/** The outputs of a deployed stack: where its tables are. */
import { CommandError } from './command-error.ts'
import { readText } from './read-text.ts'

export type Outputs = Readonly<Record<string, string>>

/**
 * Reads the outputs from `SCRIP_OUTPUTS` (a JSON object), or from the file that
 * `cdk deploy --outputs-file FILE` wrote (stack name → outputs).
 *
 * @throws CommandError when there is neither, or it is not of that form
 */
export function readOutputs(file: string | undefined, environment: NodeJS.ProcessEnv): Outputs {
  const text = file === undefined ? environment.SCRIP_OUTPUTS : readText(file)
  if (text === undefined)
    throw new CommandError(
      'which deployment? Give --outputs FILE, as `npx cdk deploy --outputs-file FILE` wrote it',
    )
  const source = file ?? 'SCRIP_OUTPUTS'
  const data = parseObject(text, source)
  const stacks = Object.values(data).filter((value) => typeof value === 'object' && value !== null)
  const outputs = stacks.length === 0 ? data : Object.assign({}, ...stacks)
  return outputs as Outputs
}

/** @throws CommandError naming the output that the stack does not have */
export function requireOutput(outputs: Outputs, name: string): string {
  const value = outputs[name]
  if (value === undefined)
    throw new CommandError(`the stack has no output ${name}; was it deployed by this version?`)
  return value
}

function parseObject(text: string, source: string): Record<string, unknown> {
  try {
    const data: unknown = JSON.parse(text)
    if (typeof data === 'object' && data !== null && !Array.isArray(data))
      return data as Record<string, unknown>
  } catch {
    // said below, for both
  }
  throw new CommandError(`${source} is not a JSON object`)
}
