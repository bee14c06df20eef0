/** Crashes nights at every call: all of it, `--every 10` of it, or what concerns one `--table`. */
import { parseArgs } from 'node:util'
import { mishaps } from './mishaps.ts'
import { all, kindOf, type Planned, plan, slice } from './plan.ts'
import { startStage } from './stage.ts'
import { attempt } from './trial.ts'
import { wholeNights } from './whole.ts'

const { values } = parseArgs({
  options: { every: { type: 'string', default: '1' }, table: { type: 'string' } },
})
const write = process.stdout.write.bind(process.stdout)
const say = (text: string) => write(`${text}\n`)
// Functions write logs, and of errors many.
process.stdout.write = () => true

const start = performance.now()
const secondsSince = (from: number) => `${((performance.now() - from) / 1000).toFixed(0)} s`
const stage = await startStage()
const tallies = new Map<string, { tried: number; failed: number; milliseconds: number }>()

function count(what: string, isFine: boolean, milliseconds: number): void {
  const {
    tried,
    failed,
    milliseconds: before,
  } = tallies.get(what) ?? {
    ...{ tried: 0, failed: 0, milliseconds: 0 },
  }
  tallies.set(what, {
    tried: tried + 1,
    failed: failed + (isFine ? 0 : 1),
    milliseconds: before + milliseconds,
  })
}

async function tryOne(trial: Planned): Promise<void> {
  const { table, mishap, call, calm } = trial
  const from = performance.now()
  const problems = await attempt(stage, trial, calm)
  const took = performance.now() - from
  for (const what of [kindOf(table), mishap]) count(what, problems.length === 0, took)
  if (problems.length === 0) return
  say(`${table}, call ${call.number} (${call.by}: ${call.what})\n  ${mishap}`)
  for (const problem of problems) say(`    ${problem}`)
}

try {
  const missing = stage.missing.join(', ')
  say(`the stand-ins are up, without ${missing}: ${secondsSince(start)}`)
  const planned = await plan(stage, values.table ? [values.table] : all(stage))
  const asked = slice(planned, Number(values.every))
  say(`${asked.length} of ${planned.length} trials\n`)
  for (const [table, own] of Map.groupBy(asked, ({ table }) => table)) {
    const from = performance.now()
    for (const trial of own) await tryOne(trial)
    say(
      `${table.padEnd(30)}${String(own.length).padStart(5)} tried${secondsSince(from).padStart(8)}`,
    )
  }
  if (values.table === undefined) {
    for (const { what, problems, milliseconds } of await wholeNights(stage)) {
      count('whole nights', problems.length === 0, milliseconds)
      if (problems.length > 0) say([what, ...problems].join('\n    '))
    }
  }
} finally {
  await stage.stop()
}

const isMishap = (what: string) => Object.hasOwn(mishaps, what)
const lines = (list: [string, { tried: number; failed: number; milliseconds: number }][]) =>
  list.map(
    ([what, { tried, failed, milliseconds }]) =>
      `${what.padEnd(58)}${String(tried).padStart(6)}${String(failed).padStart(7)}${`${(milliseconds / 1000).toFixed(0)} s`.padStart(8)}`,
  )
const byKind = [...tallies].filter(([what]) => !isMishap(what))
const byMishap = [...tallies].filter(([what]) => isMishap(what))
say(`\n${'table'.padEnd(58)} tried failed    took`)
for (const line of lines(byKind)) say(line)
say(`\n${'what went wrong at a call'.padEnd(58)} tried failed    took`)
for (const line of lines(byMishap)) say(line)
const sum = (of: 'tried' | 'failed') => byKind.reduce((all, [, tally]) => all + tally[of], 0)
say(`\n${sum('tried') - sum('failed')} of ${sum('tried')} converge; ${secondsSince(start)}.`)
process.exitCode = sum('failed') === 0 && sum('tried') > 0 ? 0 : 1
