/** What a deployment tells about itself: the local stack, the command line and people read these by name. */
import { CfnOutput } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { type TableName, tableVariables } from '../../shared/config/environment.ts'
import { hasGrants } from '../../shared/config/used-secrets.ts'
import { tokenPath } from '../../shared/protocol/endpoints.ts'
import type { Deployment } from '../config/deployment.ts'
import type { Api } from './api.ts'
import type { KeySecrets } from './key-secrets.ts'
import { pascalCase } from './names.ts'
import type { Tables } from './tables.ts'
import type { UpstreamSecrets } from './upstream-secrets.ts'

export interface OutputSources {
  readonly deployment: Deployment
  readonly api: Api
  readonly tables: Tables
  readonly secrets: KeySecrets
  readonly upstreamSecrets: UpstreamSecrets
}

/** Defined on the stack itself, so that each output's key is exactly its name here. */
export function addOutputs(stack: Construct, sources: OutputSources): void {
  const { deployment, api, tables, secrets, upstreamSecrets } = sources
  const { config, configDigest, baseUrl = api.url } = deployment
  const values = {
    Issuer: config.issuer ?? baseUrl,
    BaseUrl: baseUrl,
    ...(hasGrants(config) && { TokenEndpoint: `${baseUrl}${tokenPath(config.paths.prefix)}` }),
    ApiUrl: api.url,
    Prefix: config.paths.prefix,
    ConfigDigest: configDigest,
    ...Object.fromEntries(
      (Object.keys(tableVariables) as TableName[]).map((name) => [
        `${pascalCase(name)}Table`,
        tables.get(name).tableName,
      ]),
    ),
    ...Object.fromEntries(secrets.names.map((name) => [`${pascalCase(name)}Secret`, secrets.get(name)])),
    ...Object.fromEntries(
      [...upstreamSecrets.arns].map(([name, arn]) => [`Upstream${pascalCase(name)}Secret`, arn]),
    ),
  }
  for (const [key, value] of Object.entries(values)) new CfnOutput(stack, key, { value })
}
