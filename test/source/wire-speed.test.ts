import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from '@jest/globals'
import { sent } from './packets.ts'
import { ordersOf } from './wire-orders.ts'
import type { Reading } from './wire-reader.ts'

const ROWS = 200_000
const ROUNDS = 5
const MOST = 2.5

/** Sends a file to whoever connects, and says at which port. */
const SERVER = `
const bytes = require('node:fs').readFileSync(process.argv[1])
const server = require('node:net').createServer((socket) => socket.end(bytes))
server.listen(0, '127.0.0.1', () => console.log(server.address().port))`

const READER = join(import.meta.dirname, 'wire-reader.ts')

/**
 * The median CPU seconds of readings by a process of its own, which pays for its own garbage and for
 * nobody else's; it is given one to warm up.
 */
async function secondsOf(way: 'drain' | 'encode', port: string, count: number): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [READER, port, way])
  const [, ...readings] = stdout
    .trim()
    .split('\n')
    .map((line): Reading => JSON.parse(line))
  for (const reading of readings) expect(reading.count).toBe(count)
  return median(readings.map(({ seconds }) => seconds))
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN

it(`costs at most ${MOST} times what it costs to read the socket`, async () => {
  const { bytes } = sent(ordersOf(ROWS))
  const directory = mkdtempSync(join(tmpdir(), 'usher-wire-'))
  const file = join(directory, 'rows')
  writeFileSync(file, bytes)
  const server = spawn(process.execPath, ['-e', SERVER, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const port = String((await once(server.stdout, 'data'))[0]).trim()
    const ratios: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const drain = await secondsOf('drain', port, bytes.length)
      ratios.push((await secondsOf('encode', port, ROWS)) / drain)
    }
    expect(median(ratios)).toBeLessThanOrEqual(MOST)
  } finally {
    server.kill()
    rmSync(directory, { recursive: true })
  }
}, 120_000)
