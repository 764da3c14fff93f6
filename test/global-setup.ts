/** Whatever tests leave in the temporary folder goes when they end, also where a test failed or a worker was ended. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export default function giveTemporaryFolder(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'scrip-tests-'))
  // Workers, and what they start, inherit it.
  process.env.TMPDIR = folder
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
}
