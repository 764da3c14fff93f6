/** Types for what must not be mixed up: the compiler refuses a time where a duration belongs. */
declare const brand: unique symbol

type Branded<Base, Name extends string> = Base & { readonly [brand]: Name }

/** A client identifier (RFC 6749 §2.2). */
export type ClientId = Branded<string, 'ClientId'>
/** A duration. */
export type Seconds = Branded<number, 'Seconds'>
/** A point in time, as JWTs and DynamoDB's TTL write it: seconds since 1970-01-01T00:00:00Z, whole. */
export type EpochSeconds = Branded<number, 'EpochSeconds'>

export const clientId = (value: string): ClientId => value as ClientId
export const seconds = (value: number): Seconds => value as Seconds
export const epochSeconds = (value: number): EpochSeconds => value as EpochSeconds

/** The point in time that a clock's milliseconds name. */
export const fromMilliseconds = (milliseconds: number): EpochSeconds =>
  epochSeconds(Math.floor(milliseconds / 1000))

/** `time` and `duration` later. */
export const after = (time: EpochSeconds, duration: Seconds): EpochSeconds => epochSeconds(time + duration)
