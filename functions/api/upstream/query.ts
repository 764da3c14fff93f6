/** The query that an upstream is asked with. */
import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { Fields } from './types.ts'

/**
 * The fields of the query, decoded as API Gateway has them, in its order: that of the names, and within a name
 * that of its values. A token has no place in a URL (RFC 6750 §2.3) and goes no further.
 */
export function queryFields({
  multiValueQueryStringParameters: query,
}: Pick<APIGatewayProxyEvent, 'multiValueQueryStringParameters'>): Fields {
  return Object.entries(query ?? {})
    .filter(([name]) => name !== 'access_token')
    .flatMap(([name, values]) => (values ?? []).map((value) => [name, value] as const))
}

/** With its question mark; nothing where there is no field. */
export function formatQuery(fields: Fields): string {
  const encode = (text: string) => encodeURIComponent(text.toWellFormed())
  const pairs = fields.map(([name, value]) => `${encode(name)}=${encode(value)}`)
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}
