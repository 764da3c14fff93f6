import type { Agent } from 'node:http'

/**
 * A connection that has rested longer is not used again: while Lambda freezes a function, the other side may
 * give up, and what is sent after that is lost; it may not be sent twice. gunicorn waits two seconds, others more.
 */
const REUSED_WITHIN_MILLISECONDS = 1_500

/** Watches an agent's connections; what it returns closes those that have rested too long. */
export function closingRested(agent: Agent): () => void {
  const restingSince = new WeakMap<object, number>()
  agent.on('free', (socket: object) => restingSince.set(socket, Date.now()))
  return () => {
    for (const socket of Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? []))
      if (Date.now() - (restingSince.get(socket) ?? 0) > REUSED_WITHIN_MILLISECONDS) socket.destroy()
  }
}
