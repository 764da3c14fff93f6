/** What is wrong with a profile file: all of it together, each fault with its place and what it costs. */

/** One fault. */
export interface ProfileFault {
  /** Dotted path into the file, such as `pipeline.profiles.0.match.1.claim`; empty for the file itself. */
  readonly path: string
  /** The profile it lies in, where that has a name. */
  readonly profile?: string
  /** What was expected there. */
  readonly expected: string
  /** What it costs: the whole file, this one profile, or nothing but an entry that has no effect. */
  readonly costs: 'file' | 'profile' | 'nothing'
}

/** How many faults the message tells: a log line is no place for a thousand of them. */
const TOLD = 20

/** A profile file that cannot be used at all. */
export class FaultyProfileFile extends Error {
  override readonly name = 'FaultyProfileFile'
  /** Those that cost the file first, and then those found in its profiles. */
  readonly faults: readonly ProfileFault[]

  constructor(faults: readonly ProfileFault[]) {
    const costing = faults.filter(({ costs }) => costs === 'file')
    const others = costing.length > TOLD ? `; and ${costing.length - TOLD} more` : ''
    super(`the profile file cannot be used: ${costing.slice(0, TOLD).map(tellFault).join('; ')}${others}`)
    this.faults = [...costing, ...faults.filter(({ costs }) => costs !== 'file')]
  }
}

/** A fault in one sentence. */
export function tellFault({ path, expected }: ProfileFault): string {
  return `${path || '(the whole file)'}: expected ${expected}`
}

const costs = {
  file: 'the whole file fails',
  profile: 'this profile is unavailable',
  nothing: 'this entry is ignored',
} as const satisfies Record<ProfileFault['costs'], string>

/** What a fault costs, for whoever is to mend it. */
export function tellCost(fault: ProfileFault): string {
  return costs[fault.costs]
}

/** Gathers faults while a file is read. */
export interface FaultList {
  readonly all: readonly ProfileFault[]
  /** The whole file fails. */
  file(path: string, expected: string): void
  /** The profile becomes unavailable. */
  profile(path: string, expected: string): void
  /** The entry has no effect. */
  ignored(path: string, expected: string): void
}

/** @param profile the profile that the faults lie in, where it has a name */
export function faultList(profile?: string): FaultList {
  const all: ProfileFault[] = []
  const add = (costs: ProfileFault['costs']) => (path: string, expected: string) => {
    all.push({ path, ...(profile === undefined ? {} : { profile }), expected, costs })
  }
  return { all, file: add('file'), profile: add('profile'), ignored: add('nothing') }
}

/** The same list for a place where nothing costs less than the file. */
export function costingTheFile(faults: FaultList): FaultList {
  return { ...faults, profile: faults.file, ignored: faults.file }
}

/** The path of a member; a key that would not be told apart from the path around it is quoted. */
export function member(path: string, key: string | number): string {
  const name = typeof key === 'number' || /^[\w-]{1,100}$/.test(key) ? String(key) : quoted(key)
  return path === '' ? name : `${path}.${name}`
}

/** A text of the file as a fault tells it: in quotes, on one line, and not without end. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text)
}
