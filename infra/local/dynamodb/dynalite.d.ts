/** The part of dynalite 4 that is used here; the package brings no types. */
declare module 'dynalite' {
  import type { Server } from 'node:http'

  type Options = {
    /** A folder to keep the data in; in memory without it. */
    readonly path?: string
    /** Milliseconds for which a table stays in its transitional state. */
    readonly createTableMs?: number
    readonly deleteTableMs?: number
    readonly updateTableMs?: number
  }

  export default function dynalite(options?: Options): Server
}
