/** Answers that API Gateway gives by itself, as the template customizes them. */
import { LocalStackError } from '../errors.ts'
import {
  type HeaderField,
  type HttpRequest,
  type HttpResponse,
  headerValue,
  withoutHeaders,
} from '../http/types.ts'
import { isKnownVariable, type RequestVariables, substituteVariables, variablePattern } from './context.ts'
import {
  type GatewayResponseType,
  gatewayResponseTypes,
  isGatewayResponseType,
} from './gateway-response-types.ts'
import type { GatewayResponseDefinition } from './types.ts'

const defaultTemplates = {
  'application/json': '{"message":$context.error.messageString}',
}

/**
 * Checks at the start what could only surprise later.
 *
 * @throws LocalStackError for an unknown type, a mapping expression or a template that is more than text and
 *   known `$context` variables.
 */
export function assertGatewayResponse(definition: GatewayResponseDefinition, where: string): void {
  if (!isGatewayResponseType(definition.responseType)) {
    throw new LocalStackError(`${where}: there is no gateway response ${definition.responseType}`)
  }
  for (const [name, expression] of Object.entries(definition.parameters)) {
    if (!/^gatewayresponse\.header\.[\w-]+$/.test(name)) {
      throw new LocalStackError(
        `${where}: the response parameter ${name} is not supported by the local stack`,
      )
    }
    if (!/^'.*'$|^context\.[\w.]+$|^method\.request\.(header|querystring)\.[\w-]+$/.test(expression)) {
      throw new LocalStackError(`${where}: the mapping ${expression} is not supported by the local stack`)
    }
    if (expression.startsWith('context.')) assertVariable(expression.slice('context.'.length), where)
  }
  for (const template of Object.values(definition.templates)) assertTemplate(template, where)
}

/** @throws LocalStackError when a text uses template language or an unknown variable. */
export function assertTemplate(template: string, where: string): void {
  for (const [, name = ''] of template.matchAll(variablePattern)) assertVariable(name, where)
  const rest = template.replace(variablePattern, '')
  if (/\$[A-Za-z!{]|#(if|set|foreach|else|end)/.test(rest)) {
    throw new LocalStackError(
      `${where}: only $context variables are supported in templates by the local stack`,
    )
  }
}

function assertVariable(name: string, where: string): void {
  if (!isKnownVariable(name))
    throw new LocalStackError(`${where}: the local stack does not know $context.${name}`)
}

/**
 * The answer of one type.
 *
 * A type that the template leaves alone takes the template's DEFAULT_4XX or DEFAULT_5XX. A default without
 * status keeps the type's own; one with a status gives it to all.
 *
 * @param variables gains `error.*` and `status`
 */
export function gatewayResponse(
  type: GatewayResponseType,
  definitions: ReadonlyMap<string, GatewayResponseDefinition>,
  request: HttpRequest,
  variables: RequestVariables,
): HttpResponse {
  const defaults = gatewayResponseTypes[type]
  const fallback = defaults.status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX'
  const definition = definitions.get(type) ?? definitions.get(fallback)
  const status = definition?.statusCode ?? defaults.status
  variables.set('error.message', String(defaults.message))
  variables.set('error.messageString', JSON.stringify(defaults.message))
  variables.set('error.responseType', type)
  variables.set('status', String(status))

  const templates =
    definition && Object.keys(definition.templates).length > 0 ? definition.templates : defaultTemplates
  const [contentType, template] = chooseTemplate(templates, headerValue(request.headers, 'accept'))
  const own = Object.entries(definition?.parameters ?? {}).flatMap(([name, expression]): HeaderField[] => {
    const value = evaluateMapping(expression, request, variables)
    return value === undefined ? [] : [[name.replace('gatewayresponse.header.', ''), value]]
  })
  const standard: HeaderField[] = [
    ['Content-Type', contentType],
    ['x-amzn-RequestId', variables.get('requestId') ?? ''],
    ['x-amz-apigw-id', variables.get('extendedRequestId') ?? ''],
    ['x-amzn-ErrorType', defaults.errorType],
  ]
  const overridden = own.map(([name]) => name.toLowerCase())
  return {
    status,
    headers: [...withoutHeaders(standard, ...overridden), ...own],
    body: Buffer.from(substituteVariables(template, variables, '')),
  }
}

function chooseTemplate(
  templates: Readonly<Record<string, string>>,
  accept: string | undefined,
): [string, string] {
  const accepted = (accept ?? '').split(',').map((type) => type.split(';')[0]?.trim() ?? '')
  const entries = Object.entries(templates)
  const chosen =
    entries.find(([type]) => accepted.includes(type)) ?? entries.find(([type]) => type === 'application/json')
  return chosen ?? entries[0] ?? ['application/json', '']
}

/** The value of a header; `undefined` leaves it out, as is assumed of AWS where the source has none. */
function evaluateMapping(
  expression: string,
  request: HttpRequest,
  variables: RequestVariables,
): string | undefined {
  if (expression.startsWith("'")) return expression.slice(1, -1)
  const [, source, name = ''] =
    /^(context|method\.request\.header|method\.request\.querystring)\.(.*)$/.exec(expression) ?? []
  if (source === 'context') return variables.get(name) || undefined
  if (source === 'method.request.header') return headerValue(request.headers, name) || undefined
  return new URL(request.target, 'http://local').searchParams.get(name) || undefined
}
