import { invalidAuthorization } from '../../../shared/protocol/authorization-error.ts'
import { type Prompt, prompts } from '../../../shared/protocol/authorization-request.ts'
import type { RequestParameters } from '../../../shared/protocol/request-parameters.ts'

/** OpenID Connect Core 1.0 §3.1.2.1: what the person has to be asked, or that nothing may be asked. */
export function checkPrompt(parameters: RequestParameters): ReadonlySet<Prompt> {
  const names = (parameters.get('prompt') ?? '').split(' ').filter((name) => name !== '')
  const wanted = new Set(names.map(known))
  if (wanted.has('none') && wanted.size > 1)
    throw invalidAuthorization('prompt none cannot be combined with others')
  return wanted
}

function known(name: string): Prompt {
  const prompt = prompts.find((candidate) => candidate === name)
  if (!prompt) throw invalidAuthorization(`prompt must be of ${prompts.join(', ')}`)
  return prompt
}
