/** What the names in a template stand for while it is being evaluated. */
import { LocalStackError } from '../errors.ts'
import { account, partition, region, urlSuffix } from '../identity.ts'
import type { Json, JsonObject } from '../json.ts'
import { isObject } from '../json.ts'

/** What a created resource answers to `Ref` and `Fn::GetAtt`. */
export type Physical = {
  readonly ref: string
  readonly attributes?: Readonly<Record<string, Json>>
}

/** Names that are known at one moment: pseudo parameters, parameters, conditions, resources created so far. */
export type Scope = {
  readonly values: Map<string, Json>
  readonly resources: Map<string, Physical>
  readonly conditions: Map<string, boolean>
  readonly mappings: JsonObject
}

/** Stands for `AWS::NoValue`: the property that has this value is left out. */
export const noValue = Symbol('AWS::NoValue')

/**
 * A scope with the pseudo parameters and the template's parameters at their defaults.
 *
 * @throws LocalStackError for a parameter without default: nobody is there to give it a value.
 */
export function createScope(
  stackName: string,
  stackId: string,
  parameters: Readonly<Record<string, JsonObject>> = {},
  mappings: JsonObject = {},
): Scope {
  const values = new Map<string, Json>([
    ['AWS::AccountId', account],
    ['AWS::Region', region],
    ['AWS::Partition', partition],
    ['AWS::URLSuffix', urlSuffix],
    ['AWS::StackName', stackName],
    ['AWS::StackId', stackId],
    ['AWS::NotificationARNs', []],
  ])
  for (const [name, parameter] of Object.entries(parameters))
    values.set(name, parameterValue(name, parameter))
  return { values, resources: new Map(), conditions: new Map(), mappings }
}

function parameterValue(name: string, parameter: JsonObject): Json {
  // The CDK's BootstrapVersion: the CLI's own check of the account, which does not exist here.
  if (name === 'BootstrapVersion') return ''
  const type = typeof parameter.Type === 'string' ? parameter.Type : ''
  if (type.startsWith('AWS::SSM::'))
    throw new LocalStackError(`parameter ${name}: ${type} cannot be read locally`)
  if (parameter.Default === undefined) throw new LocalStackError(`parameter ${name} has no default`)
  if (type === 'CommaDelimitedList')
    return String(parameter.Default)
      .split(',')
      .map((item) => item.trim())
  return isObject(parameter.Default) ? null : String(parameter.Default)
}
