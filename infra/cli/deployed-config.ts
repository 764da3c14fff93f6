/** The configuration of a deployment: what is created by another one is good nowhere. */
import { configDigest } from '../../shared/config/digest.ts'
import { parseConfig } from '../../shared/config/parse.ts'
import type { Config } from '../../shared/config/types.ts'
import { CommandError } from './command-error.ts'
import type { DeploymentFlags } from './flags.ts'
import { type Outputs, readOutputs, requireOutput } from './outputs.ts'
import { readText } from './read-text.ts'

const defaultConfig = 'infra/presets/default.yaml'

export function readConfig(file: string = defaultConfig): Config {
  return parseConfig(readText(file), file)
}

/**
 * The outputs of the deployment that this configuration, of the file that the flags name, is deployed as.
 *
 * @throws CommandError where it was deployed with another one
 */
export function readOutputsOf(
  config: Config,
  { config: file = defaultConfig, outputs: outputsFile }: DeploymentFlags,
): Outputs {
  const outputs = readOutputs(outputsFile, process.env)
  if (requireOutput(outputs, 'ConfigDigest') !== configDigest(config))
    throw new CommandError(
      `${file} is not what is deployed: give --config FILE with the configuration that is, or deploy this one first`,
    )
  return outputs
}
