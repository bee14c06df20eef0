import { once } from 'node:events'
import { connect } from 'node:net'

export type Command = readonly (string | number | Buffer)[]
export type Answer = Buffer | string | number | null | readonly Answer[]

/** A connection that speaks RESP2, Redis's protocol, and does no more than that. */
export interface Wire {
  /** Sends commands together; gives their answers, or throws the first error among them. */
  send(commands: Iterable<Command>): Promise<Answer[]>
  close(): void
}

/** Connects to a Redis on this machine, and logs in as the URL says. */
export async function connectRedis({ port, username, password }: URL): Promise<Wire> {
  const socket = connect(Number(port), '127.0.0.1')
  await once(socket, 'connect')
  let received = Buffer.alloc(0)
  const waiting: ((answer: Answer | Error) => void)[] = []
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk])
    let at = 0
    for (let found = parse(received, at); found; found = parse(received, at)) {
      at = found.end
      waiting.shift()?.(found.answer)
    }
    received = received.subarray(at)
  })
  const fail = () => {
    for (const answer of waiting.splice(0)) answer(new Error('Redis closed the connection'))
  }
  socket.on('error', fail)
  socket.on('close', fail)
  const send = async (commands: Iterable<Command>) => {
    const answers: Promise<Answer | Error>[] = []
    const lines: Buffer[] = []
    for (const command of commands) {
      lines.push(encode(command))
      answers.push(new Promise((resolve) => waiting.push(resolve)))
    }
    socket.write(Buffer.concat(lines))
    const all = await Promise.all(answers)
    const problem = all.find((answer) => answer instanceof Error)
    if (problem) throw problem
    return all as Answer[]
  }
  await send([['AUTH', decodeURIComponent(username), decodeURIComponent(password)]])
  return { send, close: () => socket.destroy() }
}

function encode(command: Command): Buffer {
  const parts = command.map((part) => (Buffer.isBuffer(part) ? part : Buffer.from(`${part}`)))
  const line = Buffer.from('\r\n')
  return Buffer.concat([
    Buffer.from(`*${parts.length}\r\n`),
    ...parts.flatMap((part) => [Buffer.from(`$${part.length}\r\n`), part, line]),
  ])
}

interface Found {
  readonly answer: Answer | Error
  readonly end: number
}

/** The answer that begins at a place, or undefined while not all of it is there. */
function parse(bytes: Buffer, at: number): Found | undefined {
  const stop = bytes.indexOf('\r\n', at)
  if (stop < 0) return undefined
  const text = bytes.toString('utf8', at + 1, stop)
  const [kind, end] = [String.fromCharCode(bytes[at] ?? 0), stop + 2]
  if (kind === '+') return { answer: text, end }
  if (kind === '-') return { answer: new Error(text), end }
  if (kind === ':') return { answer: Number(text), end }
  const length = Number(text)
  if (length < 0) return { answer: null, end }
  if (kind === '*') return parseArray(bytes, end, length)
  if (bytes.length < end + length + 2) return undefined
  return { answer: Buffer.from(bytes.subarray(end, end + length)), end: end + length + 2 }
}

function parseArray(bytes: Buffer, at: number, length: number): Found | undefined {
  const answers: Answer[] = []
  let end = at
  while (answers.length < length) {
    const found = parse(bytes, end)
    if (!found) return undefined
    if (found.answer instanceof Error) return { answer: found.answer, end: found.end }
    answers.push(found.answer)
    end = found.end
  }
  return { answer: answers, end }
}
