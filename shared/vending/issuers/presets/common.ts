/** The setting of one kind of issuer, without the name of its kind. */
import type { IssuerSetting } from '../../../config/vend-types.ts'

export type SettingOf<Kind extends IssuerSetting['kind']> = Omit<
  Extract<IssuerSetting, { readonly kind: Kind }>,
  'kind'
>
