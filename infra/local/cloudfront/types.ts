/** A CloudFront distribution as it stands in the template. */

/** Which of the viewer's headers, cookies or query parameters reach the origin. */
export type Selection =
  | { readonly kind: 'none' }
  | { readonly kind: 'only'; readonly names: readonly string[] }
  | { readonly kind: 'all' }
  | { readonly kind: 'all except'; readonly names: readonly string[] }

export type ForwardingPolicy = {
  readonly headers: Selection
  /** Headers that CloudFront makes itself, such as `CloudFront-Viewer-Address`. */
  readonly cloudFrontHeaders: readonly string[]
  readonly cookies: Selection
  readonly queryStrings: Selection
}

/** Changes to the headers of the answer. */
export type ResponseHeadersPolicy = {
  readonly set: readonly { readonly name: string; readonly value: string; readonly override: boolean }[]
  /** Lower-case names. */
  readonly remove: readonly string[]
}

export type Origin = {
  readonly id: string
  readonly domainName: string
  /** Put before every path: `/prod`, or empty. */
  readonly path: string
  readonly customHeaders: readonly (readonly [name: string, value: string])[]
}

export type Behavior = {
  /** `*` for the default behaviour. */
  readonly pathPattern: string
  readonly originId: string
  readonly allowedMethods: readonly string[]
  /** A request carries what any of these policies lets through. */
  readonly forwarding: readonly ForwardingPolicy[]
  readonly responseHeaders?: ResponseHeadersPolicy
  /** ARN, with version, of the origin-response function. */
  readonly originResponseFunction?: string
}

export type Distribution = {
  readonly id: string
  readonly domainName: string
  readonly origins: ReadonlyMap<string, Origin>
  /** In the order in which they are tried; the default one comes last. */
  readonly behaviors: readonly Behavior[]
}
