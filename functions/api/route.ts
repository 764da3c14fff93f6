/** Which route a request is for. */
import { isMoreSpecific, takesInAnyCase } from '../../shared/config/route-path.ts'
import type { ApiRoute } from '../../shared/config/types.ts'
import { presentedTokenPath, unknownApiPath } from '../../shared/protocol/endpoints.ts'
import { invalidRequest } from '../../shared/protocol/errors.ts'
import { decodeEscapes, pathRefused } from './upstream/request-path.ts'

/**
 * The route of a request, by the resource that API Gateway matched.
 *
 * Several routes may have one path, each with methods of its own.
 *
 * @throws OAuthError 404 where no route has the path, 405 where none of them has the method
 */
export function routeOf(routes: readonly ApiRoute[], resource: string, method: string): ApiRoute {
  const found = routes.filter(({ path }) => path === resource)
  if (found.length === 0) throw invalidRequest('There is nothing here', { status: 404 })
  // RFC 9110 §9.3.2: HEAD is GET without the content, so who may GET may ask for HEAD; a route of its own wins.
  const route = routeWith(found, method) ?? (method === 'HEAD' ? routeWith(found, 'GET') : undefined)
  if (!route) throw methodNotAllowed(found.flatMap(({ methods }) => methods))
  return route
}

/** Ours beside which a route may stand; one that could take requests from another of ours fails the synth. */
const ours = [presentedTokenPath, unknownApiPath]

/** The paths that API Gateway prefers to a resource. */
export type PreferredPaths = (resource: string) => readonly string[]

/** They depend on the configuration alone: a resource's are looked for when it is first asked for. */
export function preferredPaths(routes: readonly ApiRoute[]): PreferredPaths {
  const paths = [...ours, ...new Set(routes.map(({ path }) => path))]
  const known = new Map<string, readonly string[]>()
  return (resource) => {
    const preferred = known.get(resource) ?? paths.filter((path) => isMoreSpecific(path, resource))
    known.set(resource, preferred)
    return preferred
  }
}

/**
 * Refuses a path that another route is for, one that API Gateway prefers.
 *
 * Whether it matches a path before it decodes it is written nowhere. `/files/secre%74` may come as `/files/{name}`;
 * the upstream would be asked for `/files/secret`, whose scope nobody has checked. An upstream may also decode once
 * more than it should, or take literals in any case.
 *
 * @param preferred to the resource that was matched
 * @param path what the upstream would be asked for, encoded
 * @throws OAuthError 400, as for every path that might mean another one
 */
export function requireMostSpecific(preferred: readonly string[], path: string): void {
  const decoded = path.slice(1).split('/').map(decodeURIComponent)
  for (const segments of [decoded, decoded.map(decodeEscapes)])
    if (preferred.some((other) => takesInAnyCase(other, segments)))
      throw pathRefused('another route is for it')
}

/** @throws OAuthError 405 for a method that is not among `methods` */
export function requireMethod(methods: readonly string[], method: string): void {
  if (!withHead(methods).includes(method)) throw methodNotAllowed(methods)
}

function routeWith(routes: readonly ApiRoute[], method: string): ApiRoute | undefined {
  return routes.find(({ methods }) => methods.some((own) => own === method))
}

/** RFC 9110 §15.5.6: a 405 must name the methods that there are. */
function methodNotAllowed(methods: readonly string[]) {
  const allow = withHead(methods).join(', ')
  return invalidRequest(`This takes ${allow}`, { status: 405, headers: { Allow: allow } })
}

function withHead(methods: readonly string[]): string[] {
  return [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))]
}
