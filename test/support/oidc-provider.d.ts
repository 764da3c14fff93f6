/** As much of `oidc-provider`'s interface as the tests use; it comes without types. */
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http'

  interface Context {
    readonly oidc: {
      readonly session?: { readonly accountId?: string; loginTs?: number }
      readonly client?: { readonly clientId: string }
      readonly provider: Provider
    }
  }

  interface Grant {
    addOIDCScope(scope: string): void
    save(): Promise<string>
  }

  export interface Settings {
    readonly clients: readonly object[]
    readonly cookies: { readonly keys: readonly string[] }
    readonly claims: Readonly<Record<string, readonly string[]>>
    findAccount(context: Context, accountId: string): { readonly accountId: string; claims(): object }
    loadExistingGrant(context: Context): Promise<Grant>
  }

  export default class Provider {
    constructor(issuer: string, settings: Settings)
    readonly Grant: new (content: {
      accountId: string
      clientId: string
    }) => Grant
    callback(): RequestListener
  }
}
