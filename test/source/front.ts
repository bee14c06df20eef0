import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'

/** A request as it came. */
export interface Heard {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface Answered {
  readonly status: number
  readonly body: string
}

export interface Front {
  readonly url: string
  /** The requests so far. */
  readonly heard: readonly Heard[]
  /** May answer in the server's place, or change what it answered. */
  answer: (heard: Heard, ask: () => Promise<Answered>) => Answered | Promise<Answered>
  connections(): number
  /** Breaks all connections off. */
  cut(): void
  stop(): Promise<void>
}

/** A server in front of another, to see what is asked of it and to answer otherwise. */
export async function startFront(
  target = '',
  tls?: { readonly key: string; readonly cert: string },
): Promise<Front> {
  const heard: Heard[] = []
  const sockets = new Set<Socket>()
  const listener: RequestListener = async (request, response) => {
    const { method = '', url = '', headers } = request
    const one = { method, path: url, headers, body: await text(request) }
    heard.push(one)
    const { status, body } = await proxy.answer(one, () => pass(target, one))
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  }
  const server = tls ? createSecureServer(tls, listener) : createServer(listener)
  server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const proxy: Front = {
    url: `${tls ? 'https://localhost' : 'http://127.0.0.1'}:${port}`,
    heard,
    answer: (_heard, ask) => ask(),
    connections: () => sockets.size,
    cut: () => {
      for (const socket of sockets) socket.destroy()
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return proxy
}

async function pass(target: string, { method, path, headers, body }: Heard): Promise<Answered> {
  const type = headers['content-type']
  const response = await fetch(target + path, {
    method,
    ...(type && { headers: { 'content-type': type }, body }),
  })
  return { status: response.status, body: await response.text() }
}
