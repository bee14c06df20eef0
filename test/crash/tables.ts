import { createHash } from 'node:crypto'
import {
  generator,
  integer,
  mirror,
  mysql,
  runDate,
  sql,
  table,
  timestamp,
  transform,
  varchar,
} from '#lib'
import { type Graph, graphOf } from '../../lib/graph/graph.ts'
import { type AnyDefinition, definition, isTask, sourceOf } from '../../lib/table/definition.ts'
import { tables } from '../../warehouse/index.ts'
import { synthetic } from '../night/synthetic.ts'
import { tidal } from './tidal.ts'

/** Made by code, and merged: of two rows with one key, the newer counts. */
const merged = table('merged', {
  columns: { id: integer().primaryKey(), word: varchar(10), changed: timestamp() },
  publish: { merge: 'changed' },
  from: generator(({ date }) => [
    { id: 1, word: 'old', changed: `${date} 01:00:00` },
    { id: 1, word: 'new', changed: `${date} 02:00:00` },
    { id: Number(date.slice(-2)) + 10, word: 'day', changed: `${date} 00:00:00` },
  ]),
  row: (row) => row,
})

/** So many rows that they are sent in pieces, since nothing about them can be compressed. */
const bulky = table('bulky', {
  columns: { id: integer().primaryKey(), noise: varchar(60_000) },
  from: generator(function* () {
    for (let id = 0; id < 240; id++) {
      const digests = Array.from({ length: 900 }, (_, at) =>
        createHash('sha256').update(`${id} ${at}`).digest('hex'),
      )
      yield { id, noise: digests.join('').slice(0, 57_000) }
    }
  }),
  row: (row) => row,
})

/** The table that is done again, though it is complete. */
export const FORCED = 'forced'
const forced = table(FORCED, {
  columns: { id: integer() },
  from: generator(() => [{ id: 1 }, { id: 2 }]),
  row: (row) => row,
})

/** Asks for the run date, so that it is of its date as an extract is. */
const dated = transform('dated', {
  select: { id: merged.id, word: merged.word },
  from: sql`${merged} where ${merged.changed} <= ${runDate} + 1`,
})

/** A mirror whose secret nobody has read yet: a function keeps those that it has. */
const fresh = (secret: string) =>
  mirror(mysql('fresh', { secret, primary: true }).table('venues'), {
    name: 'fresh',
    columns: { id: integer().primaryKey(), name: varchar(800) },
  })

/** The secret of that mirror, by a number that no other has. */
export const freshSecret = (number: number): string => `fresh-${number}`

/** What a chunk of a table has, where the sample has but few rows. */
const CHUNK_ROWS = 25

/** The sample's tables, with those of kinds that it has none of. */
export function warehouse(number: number, missing: readonly string[]): Graph {
  const all = tables.map((one) => {
    const own = (one as { [definition]?: AnyDefinition })[definition]
    if (!own || isTask(own) || own.made.by === 'transform') return one
    if (missing.includes(sourceOf(own)?.name ?? '')) return synthetic([one])[0] as object
    const { made } = own
    if (made.by !== 'extract' || !made.chunks) return one
    const chunks = { ...made.chunks, rows: CHUNK_ROWS }
    return { ...one, [definition]: { ...own, made: { ...made, chunks } } }
  })
  const hasMysql = !missing.includes('production')
  const own = hasMysql ? [fresh(freshSecret(number))] : []
  return graphOf([...all, merged, bulky, dated, forced, ...own, ...tidal(hasMysql)])
}
