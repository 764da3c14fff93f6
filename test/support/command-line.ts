/** The operator's command line, run as an operator would against a deployment. */
import { execFile } from 'node:child_process'

export interface CommandResult {
  readonly code: unknown
  /** What it printed, which is JSON; nothing where it printed nothing. */
  readonly told: unknown
  readonly remarks: string
}

/** @param operator the environment that lets it act on a local stack */
export function scrip(
  operator: Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<CommandResult> {
  const { PATH, HOME } = process.env
  const env = { PATH, HOME, ...operator }
  return new Promise((resolve) => {
    execFile(process.execPath, ['infra/cli/main.ts', ...args], { env }, (error, out, remarks) =>
      resolve({
        code: error ? error.code : 0,
        told: out === '' ? undefined : JSON.parse(out),
        remarks,
      }),
    )
  })
}
