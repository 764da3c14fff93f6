// @ts-check
/**
 * The Lambda runtime inside a worker thread: loads a handler and runs one invocation at a time.
 *
 * Events come and results go as JSON text, as they do in Lambda, so that nothing but JSON gets across.
 *
 * Plain JavaScript, because every worker loads it: stripping types would cost each of them 30 ms.
 *
 * @import { FunctionError, ThreadInvocation, ThreadMessage } from './types.ts'
 * @typedef {(event: unknown, context: object) => unknown} Handler
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'

/** @type {{ readonly folder: string, readonly handler: string }} */
const { folder, handler: handlerName } = workerData

try {
  const handler = await loadHandler()
  parentPort?.on('message', (/** @type {ThreadInvocation} */ invocation) => void run(handler, invocation))
  post({ type: 'ready' })
} catch (error) {
  post({ type: 'init failed', error: describe(error) })
}

/** @returns {Promise<Handler>} */
async function loadHandler() {
  const [, module = '', exportName = ''] = /^(.*)\.([^.]+)$/.exec(handlerName) ?? []
  const file = ['.mjs', '.js', '.cjs'].map((extension) => join(folder, module + extension)).find(existsSync)
  if (file === undefined) throw named('Runtime.ImportModuleError', `Error: Cannot find module '${module}'`)
  const { [exportName]: handler } = await import(pathToFileURL(file).href)
  if (typeof handler !== 'function') {
    throw named('Runtime.HandlerNotFound', `${handlerName} is undefined or not exported`)
  }
  // Node 24 on Lambda calls no callbacks any more.
  if (handler.length >= 3) {
    throw named(
      'Runtime.CallbackHandlerDeprecated',
      `${handlerName} expects a callback, which nodejs24.x does not have`,
    )
  }
  return handler
}

/**
 * @param {Handler} handler
 * @param {ThreadInvocation} invocation
 */
async function run(handler, { event, deadline, context }) {
  try {
    const result = await handler(JSON.parse(event), {
      ...context,
      callbackWaitsForEmptyEventLoop: true,
      getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    })
    post({ type: 'returned', payload: JSON.stringify(result) ?? 'null' })
  } catch (error) {
    post({ type: 'failed', error: describe(error) })
  }
}

/**
 * @param {unknown} thrown
 * @returns {FunctionError}
 */
function describe(thrown) {
  if (!(thrown instanceof Error)) return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] }
  return { errorType: thrown.name, errorMessage: thrown.message, trace: (thrown.stack ?? '').split('\n') }
}

/**
 * @param {string} name
 * @param {string} message
 */
function named(name, message) {
  return Object.assign(new Error(message), { name })
}

/** @param {ThreadMessage} message */
function post(message) {
  parentPort?.postMessage(message)
}
