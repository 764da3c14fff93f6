/** Where CI jobs ask for GitHub tokens. */

/** The same work by another contract: which profiles, and in which format. */
export interface VendingRoute {
  readonly path: string
  readonly kind: 'pipeline' | 'organization'
  readonly format: 'json' | 'git'
}

/** `{profile}` where one is named; without it, the pipeline profile `default`. */
export const vendingRoutes: readonly VendingRoute[] = [
  { path: '/token', kind: 'pipeline', format: 'json' },
  { path: '/token/{profile}', kind: 'pipeline', format: 'json' },
  { path: '/git-credentials', kind: 'pipeline', format: 'git' },
  { path: '/git-credentials/{profile}', kind: 'pipeline', format: 'git' },
  { path: '/organization/token/{profile}', kind: 'organization', format: 'json' },
  { path: '/organization/git-credentials/{profile}', kind: 'organization', format: 'git' },
]
