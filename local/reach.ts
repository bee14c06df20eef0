import { connect } from 'node:net'

/** Why no server answers at an address, in a sentence; undefined if one does. */
export function reach(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 5000 })
    const settle = (problem?: string) => {
      socket.destroy()
      resolve(problem && `nothing answers at ${host}:${port} (${problem}): is the server running?`)
    }
    socket.once('connect', () => settle())
    socket.once('timeout', () => settle('no answer in 5 seconds'))
    socket.once('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message))
  })
}
