import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** A small API on this machine, which keeps count of those who ask. */
export interface Api {
  readonly url: string
  /** The method and URL of each request so far. */
  readonly asked: string[]
  connections(): number
  /** Breaks all connections off. */
  cut(): void
  stop(): Promise<void>
}

export type Answerer = (
  request: IncomingMessage & { readonly query: URLSearchParams; readonly path: string },
  response: ServerResponse,
) => unknown

export async function startApi(answer: Answerer): Promise<Api> {
  const asked: string[] = []
  const sockets = new Set<Socket>()
  // Clients let a connection go before the server would.
  const server = createServer({ keepAliveTimeout: 3000 }, async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://api')
    asked.push(`${request.method} ${request.url}`)
    await answer(Object.assign(request, { query: searchParams, path: pathname }), response)
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    connections: () => sockets.size,
    cut: () => {
      for (const socket of sockets) socket.destroy()
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Answers with JSON, or text that may be JSON. */
export function reply(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}
