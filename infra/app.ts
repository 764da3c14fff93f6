/** What `cdk.json` runs, after a build. The local stack runs it by itself, with its own context and folder. */
import { FaultyFile } from '../shared/config/faults.ts'
import { DeploymentError } from './config/deployment-error.ts'
import { defineApp } from './define-app.ts'

try {
  defineApp(process.env).synth()
} catch (error) {
  if (!(error instanceof FaultyFile || error instanceof DeploymentError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
