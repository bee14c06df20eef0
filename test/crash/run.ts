/** Crashes nights at every call: all of it, `--every 10` of it, or what is of one kind or table. */
import { parseArgs } from 'node:util'
import { keep, triedBefore } from './done.ts'
import { type Plan, plans, slice, type Trial } from './plan.ts'
import { startStage } from './stage.ts'
import { add, none, seconds, type Tally, tableOf } from './tally.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    every: { type: 'string', default: '1' },
    'go-on': { type: 'boolean', default: false },
    count: { type: 'boolean', default: false },
  },
})
const every = Number(values.every)
const write = process.stdout.write.bind(process.stdout)
const say = (text: string) => write(`${text}\n`)
// Functions write logs, and of errors many.
process.stdout.write = () => true

/** Something is said at least so often, in milliseconds. */
const SILENCE = 30_000
const start = performance.now()
let said = start

function chosenOf(all: readonly Plan[]): Plan[] {
  const [asked] = positionals
  const chosen = all.filter(({ kind, table }) => [undefined, kind, table].includes(asked))
  if (chosen.length > 0) return chosen
  const kinds = [...new Set(all.map(({ kind }) => kind))].join('\n  ')
  throw new Error(`'${asked}' is no table, and none of these kinds:\n  ${kinds}`)
}

async function tryOne({ table, mishap, call, attempt }: Trial): Promise<Tally> {
  const from = performance.now()
  const problems = await attempt().catch(({ name, message }: Error) => [`${name}: ${message}`])
  if (problems.length > 0) {
    say(`${table}, call ${call.number} (${call.by}: ${call.what})\n  ${mishap}`)
    for (const problem of problems) say(`    ${problem}`)
  }
  const failed = problems.length > 0 ? 1 : 0
  return { tried: 1, failed, milliseconds: performance.now() - from }
}

/** Does a plan, or only counts its trials; gives how many there were of each mishap. */
async function follow(plan: Plan): Promise<Record<string, Tally>> {
  const tallies = new Map<string, Tally>()
  const trials = slice(await plan.trials(), every)
  for (const [at, trial] of trials.entries()) {
    add(tallies, trial.mishap, values.count ? { ...none, tried: 1 } : await tryOne(trial))
    if (at + 1 === trials.length || performance.now() - said < SILENCE) continue
    said = performance.now()
    say(`          ${at + 1} of ${trials.length} of ${plan.table}`)
  }
  return Object.fromEntries(tallies)
}

const kinds = new Map<string, Tally>()
const mishaps = new Map<string, Tally>()
const stage = await startStage()
try {
  const without = stage.missing.length > 0 ? `, without ${stage.missing.join(', ')}` : ''
  say(`the stand-ins are up${without}: ${seconds(performance.now() - start)}\n`)
  const before = triedBefore(every, { goOn: values['go-on'] || values.count })
  const chosen = chosenOf(plans(stage))
  for (const [at, plan] of chosen.entries()) {
    const { kind, table } = plan
    const known = values.count ? undefined : before.get(`${kind}, ${table}`)
    const own = known ?? (await follow(plan))
    if (!known && !values.count) keep(`${kind}, ${table}`, every, own)
    const sum = new Map<string, Tally>()
    for (const [mishap, tally] of Object.entries(own)) {
      add(kinds, kind, tally)
      add(mishaps, mishap, tally)
      add(sum, table, tally)
    }
    const { tried, failed, milliseconds } = sum.get(table) ?? none
    if (values.count) {
      say(`${`${kind}: ${table}`.padEnd(70)}${String(tried).padStart(9)}`)
      continue
    }
    const place = `${String(at + 1).padStart(3)} of ${chosen.length}  ${kind}: ${table}`
    const took = known ? 'before' : seconds(milliseconds)
    say(`${place.padEnd(60)}${`${tried - failed}/${tried}`.padStart(10)}${took.padStart(9)}`)
    said = performance.now()
  }
} finally {
  await stage.stop()
}

if (!values.count) {
  say(`\n${tableOf('kind of table, or story', kinds)}`)
  say(`\n${tableOf('what went wrong at a call', mishaps)}\n`)
}
let sum = none
for (const { tried, failed } of kinds.values()) {
  sum = { ...sum, tried: sum.tried + tried, failed: sum.failed + failed }
}
const { tried, failed } = sum
if (values.count) say(`${tried} are planned.`)
else say(`${tried - failed} of ${tried} converge; ${seconds(performance.now() - start)}.`)
process.exitCode = failed === 0 && tried > 0 ? 0 : 1
