/** What a process and all its children hold in memory, read from /proc. */
import { readdirSync, readFileSync } from 'node:fs'

/**
 * Resident memory of a process tree, in megabytes (10⁶ bytes). Linux only.
 *
 * @throws Error when there is no such process
 */
export function residentMegabytes(pid: number | undefined): number {
  if (pid === undefined) throw new Error('the process has no id')
  const parents = parentsByProcess()
  const tree = [pid]
  for (const member of tree) for (const [child, parent] of parents) if (parent === member) tree.push(child)
  return tree.reduce((total, member) => total + residentKilobytes(member), 0) / 1000
}

function parentsByProcess(): [number, number][] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const parent = /^PPid:\s+(\d+)/m.exec(readStatus(name))?.[1]
      return parent === undefined ? [] : [[Number(name), Number(parent)] as [number, number]]
    })
}

/** VmRSS counts in units of 1,024 bytes. */
function residentKilobytes(pid: number): number {
  return (Number(/^VmRSS:\s+(\d+) kB/m.exec(readStatus(String(pid)))?.[1] ?? 0) * 1024) / 1000
}

/** A process may end while it is looked at; it holds nothing then. */
function readStatus(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return ''
  }
}
