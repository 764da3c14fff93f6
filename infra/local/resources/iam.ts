/** AWS::IAM::Role, Policy and ManagedPolicy. */
import { awsManagedPolicy } from '../iam/managed-policies.ts'
import { parsePolicy, type Statement } from '../iam/policy.ts'
import { trustedServices } from '../iam/trust.ts'
import { account, stableId } from '../identity.ts'
import type { Properties } from '../template/properties.ts'
import type { Creation, Provider } from './provider.ts'

export const role: Provider = ({ logicalId, properties, world, defaultName }) => {
  const trust = trustedServices(
    properties.json('AssumeRolePolicyDocument') ?? null,
    `${logicalId}.AssumeRolePolicyDocument`,
  )
  const name = properties.optionalString('RoleName') ?? defaultName()
  properties.ignore('no session here outlives its worker', 'MaxSessionDuration')
  properties.ignore('for people', 'Description', 'Tags')
  properties.refuse('PermissionsBoundary', 'boundaries are not evaluated')
  properties.refuse('Path', 'ARNs are built without path')
  const created = world.roles.create(name, trust)
  for (const inline of properties.objects('Policies')) {
    created.statements.push(...readPolicy(inline, `${logicalId}, policy ${inline.string('PolicyName')}`))
  }
  for (const arn of properties.strings('ManagedPolicyArns')) {
    created.statements.push(...managedStatements(world, arn, logicalId))
  }
  return {
    ref: name,
    attributes: { Arn: created.arn, RoleId: `AROA${stableId(logicalId, 17).toUpperCase()}` },
  }
}

export const policy: Provider = ({ logicalId, properties, world }) => {
  const name = properties.string('PolicyName')
  const statements = readPolicy(properties, `${logicalId} (${name})`)
  properties.refuse('Users', 'there are no users')
  properties.refuse('Groups', 'there are no groups')
  for (const roleName of properties.strings('Roles')) world.roles.attach(roleName, statements, logicalId)
  return { ref: name }
}

export const managedPolicy: Provider = ({ logicalId, properties, world, defaultName }) => {
  const name = properties.optionalString('ManagedPolicyName') ?? defaultName()
  const arn = `arn:aws:iam::${account}:policy/${name}`
  const statements = readPolicy(properties, logicalId)
  properties.ignore('for people', 'Description')
  properties.refuse('Users', 'there are no users')
  properties.refuse('Groups', 'there are no groups')
  properties.refuse('Path', 'ARNs are built without path')
  world.roles.createManagedPolicy(arn, statements)
  for (const roleName of properties.strings('Roles')) world.roles.attach(roleName, statements, logicalId)
  return { ref: arn, attributes: { PolicyArn: arn } }
}

function readPolicy(properties: Properties, where: string): readonly Statement[] {
  return parsePolicy(properties.json('PolicyDocument') ?? null, where)
}

function managedStatements(world: Creation['world'], arn: string, where: string): readonly Statement[] {
  return world.roles.managedPolicy(arn) ?? parsePolicy(awsManagedPolicy(arn, where), arn)
}
