/**
 * What every AWS client of a function has in common: answers are awaited for a bounded time, so that a
 * function (10 s) can still answer for itself when a service does not. Three attempts of 2.5 s fit.
 */
export const awsClientSettings = {
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: 1_000,
    requestTimeout: 2_500,
    throwOnRequestTimeout: true,
  },
}
