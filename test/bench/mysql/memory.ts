import { machine } from '../machine.ts'
import { check, contentOf } from './check.ts'
import { usherOf } from './contestants.ts'
import { measure } from './measure.ts'
import { type Kept, limitLines, MEGABYTE, type Runs, table } from './report.ts'
import { count, progress, type Setting } from './setting.ts'
import { createHalf } from './table.ts'

/** Megabytes that an extract may take of any table. */
const MOST = 200
/** How much more it may take of twice the rows. */
const GROWTH = 1.05

/** Extracts half the table and all of it to S3, and prints what memory either took. */
export async function compareMemory(setting: Setting): Promise<Kept[]> {
  const { connection, rows } = setting
  await createHalf(connection, rows)
  const all: Runs[] = []
  for (const table of ['half', 'orders']) {
    const content = await contentOf(connection, table)
    const title = `Usher, zstd, to S3, ${count(content.rows)} rows`
    progress(title)
    const { command, env } = usherOf(setting, { name: table, title, table, s3: true })
    const measured = await measure(command, env)
    await check(setting.bucket, 'staging', content)
    all.push({ name: table, title, bytes: measured.said?.bytes ?? 0, rounds: [measured] })
  }
  const [half = 0, whole = 0] = all.map(({ rounds }) => (rounds[0]?.peak ?? 0) / MEGABYTE)
  const kept: Kept[] = [
    { what: `peak of ${count(rows)} rows`, of: 'MB', found: whole, most: MOST, digits: 0 },
    { what: 'peak of all rows / of half', of: '', found: whole / half, most: GROWTH, digits: 2 },
  ]
  console.log(
    `${machine(setting.version)}\n\n${[...table(all), '', ...limitLines('memory', kept)].join('\n')}`,
  )
  return kept
}
