import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { Codec } from '../../../lib/table/origin.ts'
import { decompress } from './check.ts'
import type { Contestant } from './contestants.ts'

/** How to see what a program makes that does not say so itself. */
export interface Look {
  /** Prints what is made, compressed. */
  readonly command: string
  readonly codec: Codec
  /** The first character of a line that begins a row. */
  readonly begins: RegExp
}

/** What a program makes. */
export interface Seen {
  readonly rows: number
  /** Compressed. */
  readonly bytes: number
}

const LINE_END = 0x0a

/** Runs a contestant once, unmeasured, to count its rows and bytes. Throws what it complained of. */
export async function look(
  { command, codec, begins }: Look,
  env: Contestant['env'],
): Promise<Seen> {
  const child = spawn('bash', ['-c', `set -o pipefail; ${command}`], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [closed, complaint] = [once(child, 'close'), text(child.stderr)]
  let [rows, bytes, before] = [0, 0, LINE_END]
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length
  })
  await decompress(child.stdout, codec, (chunk) => {
    if (before === LINE_END && begins.test(String.fromCharCode(chunk[0] ?? 0))) rows++
    for (let at = chunk.indexOf(LINE_END); at >= 0; at = chunk.indexOf(LINE_END, at + 1)) {
      if (begins.test(String.fromCharCode(chunk[at + 1] ?? 0))) rows++
    }
    before = chunk.at(-1) ?? before
  })
  const [status] = await closed
  if (status !== 0) throw new Error(`${command}\nended with ${status}:\n${await complaint}`)
  return { rows, bytes }
}
