/**
 * How long the local stack takes from a cold start to `ready`, and what it weighs when idle.
 *
 * Prints both beside their limits and exits with 1 when one is passed: 20 s and 600 MB on two cores.
 */
import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { startStack } from '../support/local-stack.ts'
import { residentMegabytes } from '../support/process-memory.ts'
import { postForm } from '../support/token-request.ts'

const LIMIT_SECONDS = 20
const LIMIT_MEGABYTES = 600
const WARM_REQUESTS = 20
const SETTLE_MILLISECONDS = 5_000

// As after `npm ci`: nothing is built yet.
for (const folder of ['dist', 'cdk.out'])
  rmSync(new URL(`../../${folder}`, import.meta.url), { recursive: true, force: true })

const started = performance.now()
const stack = await startStack({})
const readyAfter = (performance.now() - started) / 1000
try {
  const atStart = residentMegabytes(stack.process.pid)
  const [client] = stack.demo().clients
  if (!client) throw new Error('the demo data has no client')
  const { client_id, client_secret } = client
  for (let sent = 0; sent < WARM_REQUESTS; sent += 1)
    await postForm(`${stack.url}/oauth/token`, { grant_type: 'client_credentials', client_id, client_secret })
  await sleep(SETTLE_MILLISECONDS)
  const idle = residentMegabytes(stack.process.pid)
  report('ready after', readyAfter, LIMIT_SECONDS, 's')
  report('memory at the start', atStart, LIMIT_MEGABYTES, 'MB')
  report(`memory, idle after ${WARM_REQUESTS} tokens`, idle, LIMIT_MEGABYTES, 'MB')
} finally {
  await stack.stop()
}

function report(what: string, value: number, limit: number, unit: string): void {
  console.log(`${what}: ${value.toFixed(1)} ${unit} (limit ${limit} ${unit})`)
  if (value > limit) process.exitCode = 1
}
