/**
 * The CI vendors as data: what their tokens hold, and what of it is believed.
 *
 * Wherever customers share an issuer, its setting cannot be spelled without the one customer whose tokens are taken.
 * Rules may name `iss` of every issuer: claims of several issuers may have the same name (`ref_protected`), and a rule on
 * one holds for all of them.
 */
import type { IssuerSetting, VendIssuer } from '../../config/vend-types.ts'
import { buildkite } from './presets/buildkite.ts'
import { circleci } from './presets/circleci.ts'
import { githubActions } from './presets/github-actions.ts'
import { gitlab } from './presets/gitlab.ts'
import { openid } from './presets/openid.ts'

export { buildkite, circleci, githubActions, gitlab, openid }

/** The issuer that a setting of the configuration's `vend.issuers` means. */
export function vendIssuer(setting: IssuerSetting): VendIssuer {
  switch (setting.kind) {
    case 'buildkite':
      return buildkite(without(setting))
    case 'github_actions':
      return githubActions(without(setting))
    case 'gitlab':
      return gitlab(without(setting))
    case 'circleci':
      return circleci(without(setting))
    case 'openid':
      return openid(without(setting))
  }
}

function without<Setting extends { readonly kind: string }>({ kind: _, ...setting }: Setting) {
  return setting
}
