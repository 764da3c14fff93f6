/** Which route a request is for. */
import type { ApiRoute } from '../../shared/config/types.ts'
import { invalidRequest } from '../../shared/protocol/errors.ts'

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
