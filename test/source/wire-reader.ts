/**
 * Reads all that a port sends, again and again, and prints the rows and the CPU seconds of each reading.
 * `node wire-reader.ts PORT encode` makes CSV of it, `drain` only counts bytes.
 */
import { once } from 'node:events'
import { connect } from 'node:net'
import { transcoder } from '../../lib/source/mysql/wire/transcoder.ts'
import { ordersRecoding } from './wire-orders.ts'

/** What a reader prints. */
export interface Reading {
  /** Of bytes, or of rows. */
  readonly count: number
  readonly seconds: number
}

const TIMES = 6

type Take = (bytes: Buffer) => number

const drain = (): Take => (bytes) => bytes.length

function encode(): Take {
  const lines = transcoder(ordersRecoding(), 0)
  return (bytes) => {
    const ended = lines.feed(bytes) !== undefined
    let rows = 0
    for (let block = lines.take(ended); block; block = lines.take(ended)) {
      rows += block.rows
      block.release?.()
    }
    return rows
  }
}

async function read(port: number, take: Take): Promise<Reading> {
  const before = process.cpuUsage()
  let count = 0
  const socket = connect(port, '127.0.0.1')
  socket.on('data', (bytes) => {
    count += take(bytes)
  })
  await once(socket, 'close')
  const { user, system } = process.cpuUsage(before)
  return { count, seconds: (user + system) / 1e6 }
}

const [port, way] = process.argv.slice(2)
for (let i = 0; i < TIMES; i++) {
  const reading = await read(Number(port), way === 'encode' ? encode() : drain())
  console.log(JSON.stringify(reading))
}
