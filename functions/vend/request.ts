/** What the vending routes read of a request. */
import type { EdgeEvent } from '../../shared/http/endpoint.ts'
import type { VendRequest } from '../../shared/vending/pipeline/types.ts'

/** Bytes of a body on every vending route. */
const MAX_BODY_BYTES = 20_480

/** The body as text; it is not parsed, since JSON routes expect none and git's format is its own. */
export function bodyOf({ original: { body, isBase64Encoded } }: EdgeEvent): string | 'too large' {
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8')
  return bytes.length > MAX_BODY_BYTES ? 'too large' : bytes.toString('utf8')
}

/** `application/json`, once, with or without parameters (RFC 9110 §8.3.1). */
export function hasJsonType({ multiValueHeaders }: EdgeEvent): boolean {
  const [value, ...more] = multiValueHeaders['content-type'] ?? []
  return more.length === 0 && value?.split(';')[0]?.trim().toLowerCase() === 'application/json'
}

const PARAMETERS = ['repository-scope', 'permissions', 'fresh']

/**
 * The query's parameters.
 *
 * One that nobody knows, or that comes twice, is never ignored: it was meant to narrow the token, and whoever
 * misspelt it would get all that the profile gives.
 */
export function parametersOf({
  original: { multiValueQueryStringParameters },
}: EdgeEvent): Pick<VendRequest, 'repositoryScope' | 'permissions' | 'fresh'> | { readonly fault: string } {
  const given = Object.entries(multiValueQueryStringParameters ?? {})
  const [unknown] = given.find(([name]) => !PARAMETERS.includes(name)) ?? []
  if (unknown !== undefined) return { fault: `there is no query parameter ${unknown}` }
  const [repeated] = given.find(([, values]) => values?.length !== 1) ?? []
  if (repeated !== undefined) return { fault: `${repeated} comes several times` }
  const values = new Map(given.map(([name, values]) => [name, values?.[0]]))
  const fresh = values.get('fresh')
  if (fresh !== undefined && fresh !== '1') return { fault: 'fresh is not 1' }
  return {
    repositoryScope: values.get('repository-scope'),
    permissions: values.get('permissions'),
    fresh: fresh === '1',
  }
}
