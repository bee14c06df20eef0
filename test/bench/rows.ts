/**
 * How many rows a second one core writes as CSV, beside csv-stringify, which checks no values, and is
 * told to write the same as nearly as it can: with dates and decimals in quotes too. All take turns;
 * what counts is CPU time, and what is printed are medians. `npm run bench:rows`
 */
import { Readable } from 'node:stream'
import { type Options, stringify } from 'csv-stringify'
import { stringify as stringifySync } from 'csv-stringify/sync'
import { blocksOf, type Extracted } from '../../lib/manifest/rows.ts'
import { definition } from '../../lib/table/definition.ts'
import { median } from './median.ts'
import { type Order, orders, ordersOf } from './orders.ts'

const WARM_UP = 3
const ROUNDS = 7
const ROWS = 200_000
const BATCH = 1000
/** The sync API is slower with more rows at once, or much fewer. */
const PIECE = 100

const LEAST_RATE = 400_000
const LEAST_RATIO = 4

const MARKER = 'NULL_0a1b2c3d'
const table = orders[definition]
const all = ordersOf(5000)

async function* read(): AsyncGenerator<Order[]> {
  for (let row = 0; row < ROWS; row += BATCH) {
    const start = row % all.length
    yield all.slice(start, start + BATCH)
  }
}

async function usher(): Promise<number> {
  const encoding = { table, marker: MARKER, note: () => {} }
  let bytes = 0
  for await (const block of blocksOf(encoding, table.made as Extracted, read())) {
    bytes += block.bytes.length
    block.release?.()
  }
  return bytes
}

const alike: Options = {
  columns: table.columns.map(({ name }) => name),
  cast: { boolean: (value) => (value ? 't' : 'f'), null: () => MARKER },
}

const sync = (options: Options) => async () => {
  let bytes = 0
  for await (const batch of read()) {
    for (let i = 0; i < batch.length; i += PIECE) {
      bytes += Buffer.from(stringifySync(batch.slice(i, i + PIECE), options)).length
    }
  }
  return bytes
}

const streaming = (options: Options) => async () => {
  async function* rows() {
    for await (const batch of read()) yield* batch
  }
  let bytes = 0
  for await (const chunk of Readable.from(rows()).pipe(stringify(options))) bytes += chunk.length
  return bytes
}

const quoting: Options = { ...alike, quoted_string: true }

/** Each writes all rows, and gives the bytes they make. */
const ways: Readonly<Record<string, () => Promise<number>>> = {
  usher,
  'csv-stringify, sync': sync(quoting),
  'csv-stringify, streaming': streaming(quoting),
  // Not what is asked of it here, but the fastest it can.
  'csv-stringify, sync, few quotes': sync(alike),
}

interface Measured {
  readonly rate: number
  readonly bytes: number
}

async function measure(write: () => Promise<number>): Promise<Measured> {
  const start = process.cpuUsage()
  const bytes = await write()
  const { user, system } = process.cpuUsage(start)
  return { rate: (ROWS / (user + system)) * 1e6, bytes: bytes / ROWS }
}

type Round = Readonly<Record<string, Measured>>

async function measureAll(): Promise<Round> {
  const round: Record<string, Measured> = {}
  for (const [name, write] of Object.entries(ways)) round[name] = await measure(write)
  return round
}

for (let i = 0; i < WARM_UP; i++) await measureAll()
const rounds: Round[] = []
for (let i = 0; i < ROUNDS; i++) rounds.push(await measureAll())

const middle = (of: (round: Round) => number | undefined) =>
  median(rounds.map((round) => of(round) ?? Number.NaN))
const rateOf = (name: string) => middle((round) => round[name]?.rate)
const bytesOf = (name: string) => middle((round) => round[name]?.bytes)
const ratioTo = (name: string) =>
  middle(({ usher, [name]: other }) => usher && other && usher.rate / other.rate)

const whole = (value: number) => Math.round(value).toLocaleString('en-US')
console.log(`${' '.repeat(34)}rows a second  bytes a row  usher is faster`)
for (const name of Object.keys(ways)) {
  const ratio = name === 'usher' ? '' : `${ratioTo(name).toFixed(1)} times`.padStart(17)
  const cells = [
    name.padEnd(34),
    whole(rateOf(name)).padStart(13),
    bytesOf(name).toFixed(1).padStart(13),
  ]
  console.log(cells.join('') + ratio)
}

const ratio = Math.min(ratioTo('csv-stringify, sync'), ratioTo('csv-stringify, streaming'))
const isFast = rateOf('usher') >= LEAST_RATE && ratio >= LEAST_RATIO
const asked = `${whole(LEAST_RATE)} rows a second are asked for, and ${LEAST_RATIO} times csv-stringify`
console.log(`\n${isFast ? 'Fast enough' : 'Too slow'}: ${asked}.`)
process.exitCode = isFast ? 0 : 1
