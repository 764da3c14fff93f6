/** The roles of the stack and what they may do. */
import { LocalStackError } from '../errors.ts'
import { account } from '../identity.ts'
import { type Access, type Decision, evaluate, type Statement } from './policy.ts'

export type Role = {
  readonly name: string
  readonly arn: string
  readonly trustedServices: ReadonlySet<string>
  readonly statements: Statement[]
}

export class Roles {
  readonly #byName = new Map<string, Role>()
  /** Customer managed policies by ARN, for roles that are created after them. */
  readonly #managed = new Map<string, readonly Statement[]>()

  create(name: string, trustedServices: ReadonlySet<string>): Role {
    const role = {
      name,
      arn: `arn:aws:iam::${account}:role/${name}`,
      trustedServices,
      statements: [],
    }
    this.#byName.set(name, role)
    return role
  }

  /** Adds a policy's statements to a role that exists. */
  attach(roleName: string, statements: readonly Statement[], where: string): void {
    const role = this.#byName.get(roleName)
    if (!role) throw new LocalStackError(`${where}: there is no role ${roleName}`)
    role.statements.push(...statements)
  }

  createManagedPolicy(arn: string, statements: readonly Statement[]): void {
    this.#managed.set(arn, statements)
  }

  managedPolicy(arn: string): readonly Statement[] | undefined {
    return this.#managed.get(arn)
  }

  /**
   * The role that a service is to assume.
   *
   * @throws LocalStackError when there is none or its trust policy does not let the service in.
   */
  assume(arn: string, service: string, where: string): Role {
    const role = [...this.#byName.values()].find((candidate) => candidate.arn === arn)
    if (!role) throw new LocalStackError(`${where}: there is no role ${arn}`)
    if (!role.trustedServices.has(service)) {
      throw new LocalStackError(
        `${where}: the trust policy of ${role.name} does not let ${service} assume it`,
      )
    }
    return role
  }

  decide(role: Role, access: Access): Decision {
    const context = new Map([...access.context, ['aws:principalarn', [role.arn]]])
    return evaluate(role.statements, { ...access, context })
  }
}
