/** Every kind of answer that API Gateway gives by itself, with AWS's own status, error type and message. */
export type GatewayResponseType = keyof typeof gatewayResponseTypes

type Defaults = {
  readonly status: number
  readonly errorType: string
  /** AWS has none for an authorizer that failed: the body is `{"message":null}`. */
  readonly message: string | null
}

const internal = {
  errorType: 'InternalServerErrorException',
  message: 'Internal server error',
}

export const gatewayResponseTypes = {
  ACCESS_DENIED: {
    status: 403,
    errorType: 'AccessDeniedException',
    message: 'User is not authorized to access this resource',
  },
  API_CONFIGURATION_ERROR: { status: 500, ...internal },
  AUTHORIZER_CONFIGURATION_ERROR: {
    status: 500,
    errorType: 'AuthorizerConfigurationException',
    message: null,
  },
  AUTHORIZER_FAILURE: {
    status: 500,
    errorType: 'AuthorizerFailureException',
    message: null,
  },
  BAD_REQUEST_BODY: {
    status: 400,
    errorType: 'BadRequestException',
    message: 'Invalid request body',
  },
  BAD_REQUEST_PARAMETERS: {
    status: 400,
    errorType: 'BadRequestException',
    message: 'Bad Request',
  },
  // The fallback of all others, and by itself the answer to a function's malformed or failed response.
  DEFAULT_4XX: {
    status: 400,
    errorType: 'BadRequestException',
    message: 'Bad Request',
  },
  DEFAULT_5XX: { status: 502, ...internal },
  EXPIRED_TOKEN: {
    status: 403,
    errorType: 'ExpiredTokenException',
    message: 'The security token is expired',
  },
  INTEGRATION_FAILURE: { status: 504, ...internal },
  INTEGRATION_TIMEOUT: {
    status: 504,
    errorType: 'InternalServerErrorException',
    message: 'Endpoint request timed out',
  },
  INVALID_API_KEY: {
    status: 403,
    errorType: 'ForbiddenException',
    message: 'Forbidden',
  },
  INVALID_SIGNATURE: {
    status: 403,
    errorType: 'InvalidSignatureException',
    message: 'Invalid signature',
  },
  MISSING_AUTHENTICATION_TOKEN: {
    status: 403,
    errorType: 'MissingAuthenticationTokenException',
    message: 'Missing Authentication Token',
  },
  QUOTA_EXCEEDED: {
    status: 429,
    errorType: 'LimitExceededException',
    message: 'Limit Exceeded',
  },
  REQUEST_TOO_LARGE: {
    status: 413,
    errorType: 'RequestTooLargeException',
    message: 'Request Too Long',
  },
  RESOURCE_NOT_FOUND: {
    status: 404,
    errorType: 'NotFoundException',
    message: 'Not Found',
  },
  THROTTLED: {
    status: 429,
    errorType: 'TooManyRequestsException',
    message: 'Too Many Requests',
  },
  UNAUTHORIZED: {
    status: 401,
    errorType: 'UnauthorizedException',
    message: 'Unauthorized',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    errorType: 'BadRequestException',
    message: 'Unsupported Media Type',
  },
  WAF_FILTERED: {
    status: 403,
    errorType: 'ForbiddenException',
    message: 'Forbidden',
  },
} as const satisfies Readonly<Record<string, Defaults>>

export function isGatewayResponseType(name: string): name is GatewayResponseType {
  return Object.hasOwn(gatewayResponseTypes, name)
}
