import { Failure } from '../lib/error.ts'
import { forecast, type Known } from '../lib/forecast/forecast.ts'
import { limitsOf } from '../lib/forecast/limits.ts'
import type { Graph } from '../lib/graph/graph.ts'
import { namesLike } from '../lib/graph/near.ts'
import type { Stage } from '../lib/stacks/stage.ts'
import { wrap } from '../local/display.ts'
import { capacityOf } from './capacity.ts'
import { knownDurations } from './durations.ts'
import { forecastLines } from './forecast.ts'
import { lastLoaded } from './nights.ts'
import { stages } from './stages/index.ts'
import type { Command } from './usher.ts'
import { loadGraph } from './warehouse.ts'

export const planCommand: Command = {
  usage: 'plan [--rows orders=120000000,…] [--scale N] [--stage S]',
  summary: 'Says what a night in AWS should take and cost, and what breaks first.',
  help: `Counts for the warehouse as it is declared how long a night in AWS should take,
what it should cost at list prices, what it should use of the limits of AWS and
of the sources, and which of them breaks first with 10, 100 and 1,000 times the
rows. Nothing is asked of AWS: docs/plan.md says how it is counted, and what of
that was measured and what is assumed.

  --rows   so many rows of these tables, in place of those that the last night
           on this machine has loaded: --rows orders=120000000,events=90000
  --scale  so many times the rows of all tables
  --stage  of bin/stages; the first unless said

The seconds in durations.json, which npx usher durations writes, are those that
tables took in AWS: they correct what is counted.`,
  options: {
    rows: { type: 'string' },
    scale: { type: 'string', default: '1' },
    stage: { type: 'string' },
  },
  async run([word], { rows, scale, stage: name }) {
    if (word !== undefined) {
      throw new Failure('BadInput', `'${word}' is no option: is it --rows ${word}=1000000?`)
    }
    const stage = stageOf(name)
    const times = Number(scale)
    if (!(times > 0 && times <= 1_000_000)) {
      throw new Failure('BadInput', `--scale '${scale}' is no number above 0: --scale 10`)
    }
    const graph = await loadGraph()
    const known: Known = {
      loaded: lastLoaded(),
      rows: rowsIn(rows, graph),
      seconds: knownDurations(),
    }
    if (known.loaded.size === 0 && known.rows.size === 0) {
      const help = 'run one, with npm run night, or give them: --rows orders=120000000'
      throw new Failure(
        'BadInput',
        `no night on this machine tells how many rows there are: ${help}`,
      )
    }
    for (const line of planLines(graph, stage, known, times)) console.log(line)
    return 0
  },
}

/** What the command prints. */
export function planLines(graph: Graph, stage: Stage, known: Known, times = 1): string[] {
  const capacity = capacityOf(stage)
  const window = windowOf(stage)
  const look = (times: number) => {
    const night = forecast(graph, known, capacity, times)
    return { times, night, limits: limitsOf(graph, night, window) }
  }
  const unknown = [...graph.values()].flatMap(({ id, table }) =>
    table && !known.loaded.has(id) && !known.rows.has(id) ? [id] : [],
  )
  const growth = [10, 100, 1000].map((more) => look(times * more))
  const measured = Object.keys(known.seconds).filter((id) => graph.get(id)?.table).length
  return forecastLines({
    ...{ stage, capacity, graph, growth, unknown, measured },
    now: look(times),
  }).flatMap((line) => (line.length > 80 ? wrap(line, '  ') : [line]))
}

function stageOf(name: unknown): Stage {
  const stage = stages.find((stage) => name === undefined || stage.name === name)
  if (stage) return stage
  const names = stages.map(({ name }) => name).join(', ')
  throw new Failure('BadInput', `bin/stages has no stage '${name}'; there are: ${names}`)
}

/** Seconds that a night has: until people look, or until the machine ends it. */
function windowOf({ startsAt, doneBy }: Stage): number {
  if (!doneBy) return 20 * 3600
  const minutes = 60 * (doneBy.hour - startsAt.hour) + doneBy.minute - startsAt.minute
  return 60 * (minutes > 0 ? minutes : minutes + 24 * 60)
}

/** The rows that `--rows` gives. Throws a BadInput that shows what is none. */
function rowsIn(value: unknown, graph: Graph): Map<string, number> {
  if (value === undefined) return new Map()
  const pairs = String(value).split(',').filter(Boolean)
  return new Map(
    pairs.map((pair) => {
      const [id = '', amount = ''] = pair.split('=')
      if (!/^\d[\d_]*$/.test(amount)) {
        throw new Failure('BadInput', `--rows '${pair}' is no table and number: orders=120000000`)
      }
      if (!graph.get(id)?.table) {
        const tables = [...graph.values()].flatMap(({ id, table }) => (table ? [id] : []))
        throw new Failure('BadInput', `--rows: no such table: ${id}; ${namesLike([id], tables)}`)
      }
      return [id, Number(amount.replaceAll('_', ''))]
    }),
  )
}
