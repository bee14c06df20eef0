import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Faults {
  readonly url: string
  /** What becomes of a request, if not what S3 makes of it. */
  next: (asked: IncomingMessage) => 'is refused' | 'breaks off' | undefined
  stop(): Promise<void>
}

/** A server in front of S3 that is busy, or breaks off, as it is told to. */
export async function startFaults(target: string): Promise<Faults> {
  const server = createServer((asked, answer) => {
    const fault = faults.next(asked)
    if (fault === 'breaks off') {
      asked.once('data', () => asked.destroy())
    } else if (fault === 'is refused') {
      asked.resume().once('end', () => {
        answer.writeHead(503).end('<Error><Code>SlowDown</Code><Message>busy</Message></Error>')
      })
    } else {
      const { method, headers, url = '' } = asked
      const passed = request(target + url, { method, headers }, (from) => {
        answer.writeHead(from.statusCode ?? 500, from.headers)
        from.pipe(answer)
      })
      asked.pipe(passed)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const faults: Faults = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    next: () => undefined,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return faults
}
