/** `npm start`: the stack on localhost. What it takes from the environment is told in `project/options.ts`. */
import { join } from 'node:path'
import { LocalStackError } from './errors.ts'
import { writeFileAtomically } from './files.ts'
import { commandsToTry, signInHint } from './project/commands.ts'
import { readOptions } from './project/options.ts'
import { writeSeed } from './project/seeding.ts'
import { type LocalStack, startLocalStack } from './stack.ts'

/** After a signal, what has not ended by then is cut off. */
const shutdownLimitMilliseconds = 1800

async function main(): Promise<void> {
  const { localFolder, ...options } = readOptions(process.env)
  const starting = startLocalStack({ ...options, log: (line) => console.log(line) })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void shutDown(starting))
  const { url, outputs, demo, routes, ciVendor } = await starting
  writeSeed(join(localFolder, 'demo.json'), demo)
  if (ciVendor) writeFileAtomically(join(localFolder, 'ci-vendor.json'), `${JSON.stringify(ciVendor)}\n`)
  const commands = commandsToTry(demo, outputs, routes, localFolder).map((command) => `  ${command}`)
  // In one piece: who waits for the ready line has the commands with it.
  const signIn = signInHint(demo, outputs, routes)
  const lines = [
    `ready ${url}`,
    ...(commands.length > 0 ? ['', 'Try:', ...commands] : []),
    ...(signIn === undefined ? [] : ['', signIn]),
    '',
  ]
  console.log(lines.join('\n'))
}

async function shutDown(starting: Promise<LocalStack>): Promise<never> {
  setTimeout(() => process.exit(0), shutdownLimitMilliseconds).unref()
  const stack = await starting.catch(() => undefined)
  await stack?.close()
  process.exit(0)
}

try {
  await main()
} catch (error) {
  if (!(error instanceof LocalStackError)) throw error
  console.error(error.message)
  process.exit(1)
}
