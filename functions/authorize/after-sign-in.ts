import { type RequestParameters, withParameters } from '../../shared/protocol/request-parameters.ts'

/**
 * The request once the person has signed in for it: what asked for that is done. A client that insists reads
 * `auth_time`, which the person cannot change.
 */
export function afterSignIn(parameters: RequestParameters): RequestParameters {
  const prompts = (parameters.get('prompt') ?? '').split(' ')
  const left = prompts.filter((prompt) => prompt !== 'login' && prompt !== 'select_account').join(' ')
  return withParameters(parameters, { prompt: left === '' ? undefined : left, max_age: undefined })
}
