import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'

export interface Proxy {
  readonly url: string
  /** Connections that are open. */
  connections(): number
  /** HTTP requests that came through. */
  requests(): number
  /** Breaks all connections off. */
  cut(): void
  stop(): Promise<void>
}

/** Stands before an HTTP server, counts who comes through, and can break them off. */
export async function startProxy(port: number): Promise<Proxy> {
  const open = new Set<Socket>()
  let requests = 0
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1')
    open.add(client)
    client.on('data', (data) => {
      requests += data.toString('latin1').match(/ HTTP\/1\.1\r\n/g)?.length ?? 0
    })
    const end = () => {
      open.delete(client)
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end)
    client.pipe(upstream).pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = () => {
    for (const client of open) client.destroy()
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => open.size,
    requests: () => requests,
    cut,
    async stop() {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
