/** API keys and usage plans, as the local stack holds them. */
export type ApiKey = {
  readonly id: string
  readonly name: string
  readonly value: string
  readonly enabled: boolean
  readonly description?: string
  readonly tags?: Readonly<Record<string, string>>
  /** Epoch seconds. */
  readonly createdDate: number
  /** Made by the template: it counts only as long as the template still has it. */
  readonly template?: true
}

export type ApiStage = { readonly apiId: string; readonly stage: string }

export type UsagePlan = {
  readonly id: string
  readonly name: string
  readonly description?: string
  readonly stages: readonly ApiStage[]
  /** For each key of the plan by itself. */
  readonly throttle?: { readonly ratePerSecond: number; readonly burst: number }
}

/** A key in a plan. */
export type Membership = { readonly planId: string; readonly keyId: string }

/** What rests in `api-keys.json`: plans and their template-made keys come anew with each start. */
export type ApiKeysFile = {
  readonly keys: readonly ApiKey[]
  readonly memberships: readonly Membership[]
}
