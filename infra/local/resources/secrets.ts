/** AWS::SecretsManager::Secret. */
import { randomUUID } from 'node:crypto'
import { generateSecretString } from '../secrets/generate.ts'
import type { Provider } from './provider.ts'

export const secret: Provider = ({ properties, world, defaultName }) => {
  const name = properties.optionalString('Name') ?? defaultName()
  const given = properties.optionalString('SecretString')
  const generation = properties.optionalObject('GenerateSecretString')
  const generated = generation && generateSecretString(generation)
  properties.ignore('values rest in a file of the person who runs the stack', 'KmsKeyId')
  properties.ignore('for people', 'Tags')
  properties.refuse('ReplicaRegions', 'there is one region')
  const { secret: stored, created } = world.secrets.ensure(name, properties.optionalString('Description'))
  // As in CloudFormation, a value that was put later is left alone. A secret without either property has no
  // version at all until somebody puts one.
  const value = given ?? generated
  if (created && value !== undefined)
    world.secrets.put(stored, randomUUID(), { secretString: value }, undefined)
  return { ref: stored.arn, attributes: { Id: stored.arn } }
}
