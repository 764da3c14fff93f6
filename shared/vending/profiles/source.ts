/**
 * Where the profiles come from: the deployment's configuration, or a file on GitHub.
 *
 * The file is read again when it is older than five minutes, within a request and for two seconds at most. When
 * that fails, the last good file goes on: the one in memory, or the one in the table, where a new environment
 * finds it. A request gets one file, and keeps it: never a mix of two.
 */
import { vendAlarms } from '../../config/vend-alarms.ts'
import type { Deadline, Time } from '../http.ts'
import { reasonOf as shortReasonOf } from '../service-failure.ts'
import { within } from '../within.ts'
import { FaultyProfileFile, type ProfileFault, tellFault } from './faults.ts'
import {
  type ProfileFile,
  type ProfileFileOptions,
  parseProfileFile,
  readProfileFile,
} from './profile-file.ts'

/** The table, `stores/profile-files.ts`. */
export interface LastGoodFiles {
  find(source: string): Promise<{ readonly text: string; readonly readAt: number } | undefined>
  save(source: string, text: string, readAt: number): Promise<void>
}

export interface RemoteProfiles {
  /** Names where the file comes from, GitHub's address included. */
  readonly source: string
  /** Reads the file as it is now; throws when it cannot be had. */
  readonly read: (deadline: Deadline) => Promise<string>
  readonly lastGood: LastGoodFiles
  readonly allowedClaims: readonly string[]
  readonly time: Time
  /** Tells the operator; an alarm listens. */
  readonly warn: (message: string, reason: string) => void
}

/** There is no file at all: not now, and none from before. */
export class ProfilesUnavailable extends Error {
  constructor(reason: string) {
    super(`there are no profiles: ${reason}`)
    this.name = 'ProfilesUnavailable'
  }
}

/** @throws ProfilesUnavailable */
export type Profiles = (deadline: Deadline) => Promise<ProfileFile>

const FRESH_MILLISECONDS = 5 * 60_000
const READ_MILLISECONDS = 2_000
const WRITE_MILLISECONDS = 1_500
/** While GitHub does not answer, it is asked this often. */
const RETRY_MILLISECONDS = 30_000
/** Without any file nobody is served, so it is asked sooner; yet not by each request while it says 429. */
const RETRY_WITHOUT_FILE_MILLISECONDS = 5_000

type ReadOptions = Pick<RemoteProfiles, 'allowedClaims' | 'warn'>

/**
 * Profiles that stand in the configuration: they are the same for as long as the function is.
 *
 * @param data the profile file as plain data; it is read with the first request
 */
export function configuredProfiles(data: unknown, options: ReadOptions): Profiles {
  let file: Promise<ProfileFile> | undefined
  async function read(): Promise<ProfileFile> {
    try {
      return await tellingFaults(options, (telling) => readProfileFile(data, telling))
    } catch (error) {
      throw new ProfilesUnavailable(reasonOf(error))
    }
  }
  return () => {
    file ??= read()
    return file
  }
}

/**
 * Reads a file. A profile that is faulty by itself is not available, and whoever wrote it has to learn why: now, or
 * when its patterns are first compiled.
 */
async function tellingFaults(
  { allowedClaims, warn }: ReadOptions,
  read: (options: ProfileFileOptions) => Promise<ProfileFile>,
): Promise<ProfileFile> {
  const tell = (fault: ProfileFault) =>
    warn(
      fault.costs === 'nothing' ? 'an entry of the profile file is ignored' : vendAlarms.profileInvalid,
      `${fault.profile ?? ''} ${tellFault(fault)}`,
    )
  const file = await read({ allowedClaims, onPatternFault: tell })
  for (const fault of file.faults) tell(fault)
  return file
}

/** Profiles of a file on GitHub, for the life of the environment. */
export function remoteProfiles(remote: RemoteProfiles): Profiles {
  const { source, read, lastGood, time, warn } = remote
  let held: { readonly text: string; readonly file: ProfileFile; readAgainAt: number } | undefined
  let lack: { readonly reason: string; readonly until: number } | undefined

  async function hold(text: string, freshFor: number): Promise<ProfileFile> {
    const known = held?.text === text ? held.file : undefined
    const file = known ?? (await tellingFaults(remote, (telling) => parseProfileFile(text, telling)))
    held = { text, file, readAgainAt: time.now() + freshFor }
    return file
  }

  async function refresh(deadline: Deadline): Promise<ProfileFile> {
    const startedAt = time.now()
    const until = Math.min(deadline, startedAt + READ_MILLISECONDS)
    // Its calls mind the deadline; what they need first, the App's key in Secrets Manager, may not.
    const text = await within(until - startedAt, read(until), () => new Error('the reading took too long'))
    const file = await hold(text, FRESH_MILLISECONDS)
    await keep(text, startedAt, Math.min(deadline, time.now() + WRITE_MILLISECONDS))
    return file
  }

  /**
   * Keeps what has been found good, each time: what rests there may be a later mistake of somebody's, taken back
   * since, or an earlier file whose successor could not be kept.
   *
   * @param startedAt since when the file says this: another environment's later reading stays
   */
  async function keep(text: string, startedAt: number, until: number): Promise<void> {
    try {
      const saving = lastGood.save(source, text, Math.floor(startedAt / 1000))
      await within(Math.max(0, until - time.now()), saving, () => new Error('the writing took too long'))
    } catch (error) {
      warn(vendAlarms.profilesNotKept, reasonOf(error))
    }
  }

  async function fallBack(reason: string): Promise<ProfileFile> {
    warn(vendAlarms.profilesStale, reason)
    if (held) {
      held.readAgainAt = time.now() + RETRY_MILLISECONDS
      return held.file
    }
    const kept = await findKept().catch((error: unknown) => {
      warn('the last good profile file could not be used', reasonOf(error))
      return undefined
    })
    if (kept) return kept
    lack = { reason, until: time.now() + RETRY_WITHOUT_FILE_MILLISECONDS }
    throw new ProfilesUnavailable(reason)
  }

  /** It may have been good by the rules of an earlier deployment alone. */
  async function findKept(): Promise<ProfileFile | undefined> {
    const kept = await lastGood.find(source)
    return kept && hold(kept.text, RETRY_MILLISECONDS)
  }

  return async (deadline) => {
    if (held && time.now() < held.readAgainAt) return held.file
    if (lack && time.now() < lack.until) throw new ProfilesUnavailable(lack.reason)
    try {
      return await refresh(deadline)
    } catch (error) {
      return fallBack(reasonOf(error))
    }
  }
}

/** Why a file cannot be used is told with all its faults: whoever wrote it has nothing else to go by. */
function reasonOf(error: unknown): string {
  return error instanceof FaultyProfileFile ? `${error.name}: ${error.message}` : shortReasonOf(error)
}
