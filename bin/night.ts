import { relative } from 'node:path'
import { Failure } from '../lib/error.ts'
import { definitionOf, type Graph, upstream } from '../lib/graph/graph.ts'
import { namesIn, select } from '../lib/graph/select.ts'
import { nightOf } from '../lib/night/night.ts'
import { receiptKey } from '../lib/night/receipt.ts'
import type { Stage } from '../lib/stacks/stage.ts'
import { sourceOf } from '../lib/table/definition.ts'
import { isDate } from '../lib/table/moment.ts'
import { displayOn } from '../local/display.ts'
import { runNight, type TableInfo } from '../local/night.ts'
import { summary, warningsOf } from '../local/summary.ts'
import { acceptedIn } from './accept.ts'
import { home } from './home.ts'
import { stages } from './stages/index.ts'
import type { Command } from './usher.ts'
import { loadGraph, loadLooks } from './warehouse.ts'

export const nightCommand: Command = {
  usage: 'night [--date 2026-11-23] [--tables a,+b,c+] [--force] [--accept a]',
  summary: 'Runs a night: the synthesized state machine, with the bundles that deploy.',
  help: `Synthesizes the app and runs its state machine on this machine, with stand-ins
for AWS and real source servers. The warehouse is then .usher/warehouse.duckdb.

  --date    the run date; yesterday, in the stage's time zone, unless said
  --tables  only these, with commas between: orders is that table alone, +orders
            is it and everything it is made from, orders+ is it and everything
            that is made from it
  --force   do the tables again that are complete already
  --accept  publish the new rows of these tables whatever their checks say

A night does what is not complete yet: after a failure, run it again.

PRODUCTION_URL=mysql://user:password@host:3306/db mirrors your own MySQL in
place of the sample: it needs no more than SELECT. Add ?tls=false if it has no
TLS. The README has the variables of the other sources. USHER_HOME=.usher/mine
keeps yours apart from the sample.`,
  options: {
    date: { type: 'string' },
    tables: { type: 'string' },
    force: { type: 'boolean', default: false },
    accept: { type: 'string' },
  },
  async run(words, { date, tables, force, accept }) {
    if (words.length > 0) {
      throw new Failure(
        'BadInput',
        `'${words[0]}' is no option: is it --tables ${words.join(',')}?`,
      )
    }
    if (tables === '')
      throw new Failure('BadInput', '--tables names no table: leave it out for all')
    const accepted = acceptedIn(accept)
    if (date !== undefined && !isDate(String(date))) {
      throw new Failure('BadInput', `--date '${date}' is no date: write it as 2026-11-23`)
    }
    const [stage] = stages
    if (!stage) throw new Failure('BadInput', 'bin/stages has no stage to run a night of')
    const graph = await loadGraph()
    // Here, since nobody wants to hear at the end of a night of a mistake in a look.
    const looks = await loadLooks()
    const names = tables === undefined ? [] : namesIn(String(tables))
    const asked = select(graph, names)
    const now = new Date().toISOString()
    const when = date === undefined ? { scheduledTime: now } : { date }
    const input = { ...when, accept: accepted }
    // As the night itself would see it, before anything is started for it.
    const { date: day } = nightOf({ input, run: '', startedAt: now }, graph, stage.timeZone)
    const display = displayOn(process.stdout)
    const { run, ending, record, message } = await runNight({
      tables: [...asked].map((id) => tableInfo(graph, id, day, stage)),
      all: names.length === 0,
      date: date as string | undefined,
      day,
      force: force === true,
      accept: accepted,
      stage: stage.name,
      home,
      display,
    })
    display.line()
    const own = [...asked].filter((id) => definitionOf(graph, id) !== undefined)
    // What a forced night has done stays done: forced again, it would be done twice.
    const rest = force ? record.lacking(own) : names
    const only = rest.length > 0 ? ` --tables ${rest.join(',')}` : ''
    const forced = force ? ' --force' : ''
    const anyway = accepted.length > 0 ? ` --accept ${accepted.join(',')}` : ''
    const on = record.date && ` --date ${record.date}`
    const again = `npm run night --${on}${only}${forced}${anyway}`
    for (const line of summary(record, ending, again, own)) display.line(line)
    if (message) display.line('A deployed night would have told people:')
    if (message) display.line(`  ${message}`)
    if (run !== undefined) {
      const warnings = warningsOf(ending)
      // Vega takes half a second to load: no other command should wait for it.
      const { writeMorning } = await import('./morning.ts')
      const missing = ending.status === 'SUCCEEDED' ? undefined : again
      const page = await writeMorning({ run, looks, warnings, accepted, again: missing })
      display.line(`Its page: ${relative('', page)}`)
    }
    return ending.status === 'SUCCEEDED' ? 0 : 1
  },
}

function tableInfo(graph: Graph, id: string, day: string, { sources }: Stage): TableInfo {
  const own = definitionOf(graph, id)
  const table = graph.get(id)?.table
  const source = table && sourceOf(table)
  const secret = source && (sources?.[source.name]?.secret ?? source.secret)
  return {
    id,
    source: source && { ...source, ...(secret !== undefined && { secret }) },
    receipt: own ? receiptKey(own, day) : '',
    upstream: [...upstream(graph, id)],
  }
}
