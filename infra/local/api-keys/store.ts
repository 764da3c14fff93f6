/**
 * API keys, usage plans, and which key is in which plan.
 *
 * Keys and the memberships that somebody made rest in one file; each change is on the disk before it is
 * answered. What the template makes is made again at every start, the keys with the values they had.
 */
import { randomBytes } from 'node:crypto'
import { AwsError } from '../aws/errors.ts'
import { readJsonFile, writeFileAtomically } from '../files.ts'
import type { ApiKey, ApiKeysFile, ApiStage, Membership, UsagePlan } from './types.ts'

export type ApiKeyLimits = {
  /** API keys per account and region: 10,000 and not to be increased. */
  readonly quota?: number
  /** For how long the stage does not know a key that somebody put into a plan. AWS names no time. */
  readonly keySpreadMilliseconds?: number
}

/** API Gateway: "an alphanumeric string between 20 and 128 characters"; that it takes hyphens was seen. */
const valuePattern = /^[A-Za-z0-9-]{20,128}$/

export type NewKey = Pick<ApiKey, 'name' | 'enabled' | 'description' | 'tags'> & { readonly value?: string }

export class ApiKeyStore {
  readonly #file: string
  readonly #quota: number
  readonly #spread: number
  readonly #keys: Map<string, ApiKey>
  readonly #made: Membership[]
  readonly #ofTemplate: Membership[] = []
  /** Ids of the template's keys. */
  readonly #inTemplate = new Set<string>()
  readonly #plans = new Map<string, UsagePlan>()
  /** When the stage comes to know a membership, in milliseconds. */
  readonly #knownFrom = new WeakMap<Membership, number>()

  constructor(file: string, { quota = 10_000, keySpreadMilliseconds = 0 }: ApiKeyLimits = {}) {
    this.#file = file
    this.#quota = quota
    this.#spread = keySpreadMilliseconds
    const stored = readJsonFile(file) as ApiKeysFile | undefined
    this.#keys = new Map(stored?.keys.map((key) => [key.id, key]))
    this.#made = [...(stored?.memberships ?? [])]
  }

  /** Every key there is, by id: in an order that stays while pages are being read. */
  keys(): readonly ApiKey[] {
    return [...this.#keys.values()]
      .filter(({ id, template }) => !template || this.#inTemplate.has(id))
      .sort((left, right) => (left.id < right.id ? -1 : 1))
  }

  /** @throws AwsError NotFoundException */
  key(id: string): ApiKey {
    const found = this.keys().find((key) => key.id === id)
    if (!found) throw new AwsError('NotFoundException', 'Invalid API Key identifier specified', 404)
    return found
  }

  /** @throws AwsError ConflictException, LimitExceededException, BadRequestException */
  create(given: NewKey): ApiKey {
    if (this.keys().length >= this.#quota) {
      throw new AwsError('LimitExceededException', 'Maximum number of API keys has been reached', 429)
    }
    return this.#add({ ...given, id: randomId() })
  }

  /** The template's key of that id, with the value that it has or had. */
  ensure(id: string, given: NewKey): ApiKey {
    const existing = this.#keys.get(id)
    this.#keys.delete(id)
    this.#inTemplate.add(id)
    const value = given.value ?? existing?.value
    return this.#add({ ...given, id, template: true, ...(value === undefined ? {} : { value }) }, existing)
  }

  delete(id: string): void {
    this.key(id)
    this.#keys.delete(id)
    for (const memberships of [this.#made, this.#ofTemplate]) {
      memberships.splice(0, memberships.length, ...memberships.filter(({ keyId }) => keyId !== id))
    }
    this.#save()
  }

  addPlan(plan: UsagePlan): void {
    this.#plans.set(plan.id, plan)
  }

  /** @throws AwsError NotFoundException */
  plan(id: string): UsagePlan {
    const found = this.#plans.get(id)
    if (!found) throw new AwsError('NotFoundException', 'Invalid Usage Plan identifier specified', 404)
    return found
  }

  /** All plans, or those that a key is in. */
  plans(keyId?: string): readonly UsagePlan[] {
    return [...this.#plans.values()]
      .filter(({ id }) => keyId === undefined || this.#membership(id, keyId) !== undefined)
      .sort((left, right) => (left.id < right.id ? -1 : 1))
  }

  keysOf(planId: string): readonly ApiKey[] {
    this.plan(planId)
    return this.keys().filter(({ id }) => this.#membership(planId, id) !== undefined)
  }

  /**
   * Puts a key into a plan.
   *
   * @param template whether the template does: its keys are there before the first request
   * @throws AwsError ConflictException where the key is in a plan of the same API stage
   */
  join(planId: string, keyId: string, template = false): ApiKey {
    const plan = this.plan(planId)
    const key = this.key(keyId)
    const taken = this.plans(keyId).flatMap(({ stages }) => stages)
    const shared = plan.stages.find((stage) => taken.some((other) => isSame(stage, other)))
    if (shared || this.#membership(planId, keyId)) {
      const stage = shared ? `${shared.apiId}:${shared.stage}` : 'none'
      const message = `API Key ${keyId} cannot be added to Usage Plan ${planId}: it cannot reference multiple Usage Plans with the same api stage: ${stage}`
      throw new AwsError('ConflictException', message, 409)
    }
    const membership = { planId, keyId }
    if (template) this.#ofTemplate.push(membership)
    else {
      this.#knownFrom.set(membership, Date.now() + this.#spread)
      this.#made.push(membership)
      this.#save()
    }
    return key
  }

  /** @throws AwsError NotFoundException where the key is not in the plan */
  leave(planId: string, keyId: string): void {
    this.member(planId, keyId)
    for (const memberships of [this.#made, this.#ofTemplate]) {
      const position = memberships.findIndex((each) => each.planId === planId && each.keyId === keyId)
      if (position >= 0) memberships.splice(position, 1)
    }
    this.#save()
  }

  /** @throws AwsError NotFoundException where the key is not in the plan */
  member(planId: string, keyId: string): ApiKey {
    this.plan(planId)
    if (!this.#membership(planId, keyId)) {
      throw new AwsError('NotFoundException', 'Invalid Usage Plan Key identifier specified', 404)
    }
    return this.key(keyId)
  }

  /** The enabled key of that value and its plan at this stage, once the stage knows of it. */
  find(value: string, stage: ApiStage): { readonly key: ApiKey; readonly plan: UsagePlan } | undefined {
    const key = this.keys().find((candidate) => candidate.value === value && candidate.enabled)
    if (!key) return undefined
    const plan = this.plans(key.id).find(({ stages }) => stages.some((each) => isSame(each, stage)))
    const membership = plan && this.#membership(plan.id, key.id)
    if (!plan || !membership || (this.#knownFrom.get(membership) ?? 0) > Date.now()) return undefined
    return { key, plan }
  }

  #membership(planId: string, keyId: string): Membership | undefined {
    const isIt = (each: Membership) => each.planId === planId && each.keyId === keyId
    return this.#made.find(isIt) ?? this.#ofTemplate.find(isIt)
  }

  #add(given: NewKey & Pick<ApiKey, 'id' | 'template'>, before?: ApiKey): ApiKey {
    const value = given.value ?? randomValue()
    if (!valuePattern.test(value)) {
      const message =
        'API Key value should be alphanumeric, with hyphens, and between 20 and 128 characters long'
      throw new AwsError('BadRequestException', message)
    }
    if (this.keys().some((key) => key.value === value)) {
      throw new AwsError('ConflictException', 'API Key already exists', 409)
    }
    const key = { ...given, value, createdDate: before?.createdDate ?? Math.floor(Date.now() / 1000) }
    this.#keys.set(key.id, key)
    this.#save()
    return key
  }

  #save(): void {
    const file: ApiKeysFile = { keys: [...this.#keys.values()], memberships: this.#made }
    writeFileAtomically(this.#file, `${JSON.stringify(file, null, 2)}\n`)
  }
}

function isSame(left: ApiStage, right: ApiStage): boolean {
  return left.apiId === right.apiId && left.stage === right.stage
}

/** Ten lower-case letters and digits, as API Gateway's ids are. */
function randomId(): string {
  return [...randomBytes(10)].map((byte) => (byte % 36).toString(36)).join('')
}

/** Forty letters and digits, as API Gateway's own values are. */
function randomValue(): string {
  return randomBytes(20).toString('hex')
}
