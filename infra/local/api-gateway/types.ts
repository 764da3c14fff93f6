/** A REST API as it stands in the template. */

export type Method = {
  readonly httpMethod: string
  readonly resourceId: string
  /** The function, with alias, that answers. */
  readonly functionArn: string
  readonly timeoutMilliseconds: number
  readonly authorizer?: Authorizer
  readonly apiKeyRequired: boolean
}

/** A Lambda authorizer of type REQUEST, asked anew for each request. */
export type Authorizer = {
  readonly id: string
  readonly name: string
  /** The function, with alias. */
  readonly functionArn: string
  /** Headers without which it is not asked: the request is unauthorized. */
  readonly identityHeaders: readonly string[]
}

/** Where a method that requires an API key finds it: `x-api-key`, or what the authorizer gave. */
export type ApiKeySource = 'HEADER' | 'AUTHORIZER'

export type ApiResource = {
  readonly id: string
  readonly parentId: string
  readonly pathPart: string
}

/** `ResponseParameters` and `ResponseTemplates` of one type of answer that API Gateway gives by itself. */
export type GatewayResponseDefinition = {
  readonly responseType: string
  readonly statusCode?: number
  readonly parameters: Readonly<Record<string, string>>
  readonly templates: Readonly<Record<string, string>>
}

export type MethodSetting = {
  /** `/*` for all, otherwise the path with `/` written `~1`. */
  readonly resourcePath: string
  readonly httpMethod: string
  readonly ratePerSecond?: number
  readonly burst?: number
}

/** What a deployment froze: later changes reach a stage only through a new deployment. */
export type Deployment = {
  readonly id: string
  readonly routes: readonly Route[]
  readonly gatewayResponses: ReadonlyMap<string, GatewayResponseDefinition>
}

export type Route = {
  readonly method: Method
  readonly resourceId: string
  /** As in the template, such as `/oauth/token/{grant}`. */
  readonly resourcePath: string
}

export type Stage = {
  readonly name: string
  readonly deployment: Deployment
  readonly methodSettings: readonly MethodSetting[]
  readonly accessLogFormat?: string
}
