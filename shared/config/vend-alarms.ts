/**
 * Messages of vending's log that alarms wait for.
 *
 * Function and alarm import these constants, so that neither can be reworded without the other.
 */
export const vendAlarms = {
  /** There is no file: not now, and none from before. */
  profilesUnavailable: 'profiles unavailable',
  profilesStale: 'the profile file could not be read; using the last good one',
  /** A new environment would begin with an older one, or with none. */
  profilesNotKept: 'the profile file could not be kept',
  /** One profile of the file is faulty by itself. */
  profileInvalid: 'a profile is not available',
  /** Logged at each fetch that fails, though older keys may still serve callers. */
  issuerKeysUnreadable: 'the keys of a CI issuer could not be read',
} as const
