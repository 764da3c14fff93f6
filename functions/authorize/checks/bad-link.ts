import { PageError } from '../../../shared/http/pages/page-error.ts'

/** A request that cannot be answered by redirect: the person reads this, the app's developer the detail. */
export function badLink(detail: string): PageError {
  return new PageError(
    400,
    'This link does not work',
    'The app that sent you here made a mistake in its request. Go back to it and try again; if that does not help, tell its support.',
    { detail },
  )
}
