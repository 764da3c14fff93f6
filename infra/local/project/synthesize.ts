/** Building the functions and synthesizing the CDK app, in children: aws-cdk-lib takes 200 MB. */
import { rm } from 'node:fs/promises'
import type { CiContext } from '../ci-vendor/ci-vendor.ts'
import { runScript } from './child.ts'
import { appScript, buildScript } from './paths.ts'

export type Synthesis = {
  /** Configuration file. */
  readonly config: string
  /** Where the stack will serve, such as `http://127.0.0.1:3000`. */
  readonly origin: string
  readonly edge: boolean
  /** The API stage's name. */
  readonly stage: string
  /** Where the team's own API is played, if anywhere. */
  readonly sampleUpstream?: string
  /** Where GitHub, Buildkite and the CI vendor are played. */
  readonly ciVendor?: CiContext
  /** The folder that becomes the cloud assembly. */
  readonly folder: string
}

/** @throws LocalStackError with the words of esbuild or of the app. */
export async function synthesize(synthesis: Synthesis, log: (line: string) => void): Promise<void> {
  const { config, origin, edge, stage, sampleUpstream, ciVendor, folder } = synthesis
  log('building the functions')
  await runScript(buildScript, ['--quiet'])
  log('synthesizing the template')
  await rm(folder, { recursive: true, force: true })
  await runScript(appScript, [], {
    CDK_OUTDIR: folder,
    CDK_CONTEXT_JSON: JSON.stringify({ config, local: { origin, edge, stage, sampleUpstream, ciVendor } }),
  })
}
