/** AWS::Events::Rule with a schedule. */
import { arn } from '../identity.ts'
import { parseSchedule } from '../schedules/expression.ts'
import type { Provider } from './provider.ts'

export const rule: Provider = ({ logicalId, properties, world, defaultName }) => {
  const name = properties.optionalString('Name') ?? defaultName()
  const ruleArn = arn('events', `rule/${name}`)
  properties.ignore('for people', 'Description', 'Tags')
  for (const unsupported of ['EventPattern', 'EventBusName', 'RoleArn'])
    properties.refuse(unsupported, 'only schedules are run')
  const schedule = parseSchedule(properties.string('ScheduleExpression'), logicalId)
  const isEnabled = (properties.optionalString('State') ?? 'ENABLED') === 'ENABLED'
  for (const target of properties.objects('Targets')) {
    target.ignore('a failed run waits for the next one', 'Id', 'RetryPolicy', 'DeadLetterConfig')
    for (const unsupported of ['InputPath', 'InputTransformer', 'RoleArn'])
      target.refuse(unsupported, 'only a fixed input is passed')
    const functionArn = target.string('Arn')
    const input = target.optionalString('Input')
    if (isEnabled)
      world.schedules.add({ ruleArn, functionArn, schedule, ...(input === undefined ? {} : { input }) })
  }
  return { ref: name, attributes: { Arn: ruleArn } }
}
