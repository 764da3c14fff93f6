/** The function that vends GitHub tokens to CI jobs. */
import { asksBuildkite } from '../../../shared/config/used-secrets.ts'
import type { VendSettings } from '../../../shared/config/vend-types.ts'
import { vendingRoutes } from '../../../shared/protocol/vending-paths.ts'
import { type FunctionDefinition, knowEdge, memoryMegabytes, post, read, use } from './definition.ts'

export function vend(settings: VendSettings): FunctionDefinition {
  const readsGitHub = typeof settings.profiles === 'string'
  return {
    folder: 'vend',
    routes: vendingRoutes.map(({ path }) => post(path)),
    timeoutSeconds: 15, // longer than a request's 10 s, so that it still answers for itself
    memoryMegabytes,
    audits: true,
    rights: [
      read('githubAppKey'),
      read('vendKeys'),
      ...(asksBuildkite(settings) ? [read('buildkiteToken')] : []),
      use('vendedTokens', ['dynamodb:GetItem', 'dynamodb:UpdateItem']),
      ...(readsGitHub ? [use('profiles', ['dynamodb:GetItem', 'dynamodb:PutItem'])] : []),
      knowEdge,
    ],
  }
}
