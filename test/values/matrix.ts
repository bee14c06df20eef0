import * as lib from '#lib'
import { messageOf } from '../../lib/error.ts'
import { extract } from '../../lib/manifest/extract.ts'
import { loadTable } from '../../lib/redshift/load.ts'
import { type Definition, definition } from '../../lib/table/definition.ts'
import type { NightStage } from '../night/stage.ts'
import { expectedOf, isSame, type Values } from './oracle.ts'
import { type Placed, place, REFUSED } from './place.ts'
import { type Rule, type RuleName, rules } from './rules.ts'
import { groups } from './subjects.ts'

/** What became of the values of a column. */
export interface Outcome {
  readonly type: string
  /** The column's type in the warehouse: `varchar(1020)`. */
  readonly declared: string
  /** Whether that is what `usher mirror` says. */
  readonly isUsual: boolean
  readonly equal: number
  readonly converted: number
  readonly refused: number
  /** The rules that were met. */
  readonly rules: ReadonlySet<RuleName>
  /** What is none of these, in a sentence each. */
  readonly otherwise: readonly string[]
}

/** What stands for NULL in every extract here, so that a value may equal it. */
const MARKER = 'NULL_0123abcd'
const DATE = '2026-11-23'

/**
 * Takes every value from MySQL to the warehouse by the way of a night, and reads it back. `beside` is a
 * JSON text that stands in every row: where it is long, rows take the way of long rows.
 */
export async function mysqlMatrix(stage: NightStage, beside = ''): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const [group, subjects] of Object.entries(groups)) {
    const placed = await place(stage.admin, group, subjects, beside)
    const expected = await expectedOf(stage.admin, group, placed)
    const good = placed.filter(({ subject }) => !subject.notNull)
    const made = await attempt(stage, mirrorOf(group, good, beside), { to: `${REFUSED}` })
    const found = made.error === undefined ? await foundIn(stage, group, good, beside) : new Map()
    for (const one of placed) {
      outcomes.push(await outcomeOf(stage, group, one, { expected, found, ...made, beside }))
    }
  }
  return outcomes
}

interface Whole extends Attempt {
  readonly expected: Values
  readonly found: Values
  readonly beside: string
}

/** What the warehouse made of some rows: its error, or the notes of the extract. */
interface Attempt {
  readonly error?: string
  readonly notes: readonly string[]
}

async function outcomeOf(
  stage: NightStage,
  group: string,
  one: Placed,
  { expected, found, error, notes, beside }: Whole,
): Promise<Outcome> {
  const { subject, name, column, cases } = one
  const { type } = column.facts
  const own = mirrorOf(group, [one], beside)
  /** What is wrong with a value that should have arrived. */
  const wrongWith = (id: number, rule?: RuleName): string | undefined => {
    const [here, there] = [found.get(id)?.[name] ?? null, expected.get(id)?.[name] ?? null]
    if (!isSame(type.name, there, here, rule))
      return `${shorten(`${here}`)} arrived (${here?.length}) of ${there} (${there?.length})`
    const isCounted = notes.some((note) => note.startsWith(`${name}: `) && isNoted(rule, note))
    return rule === undefined || isCounted ? undefined : 'was converted, and not counted'
  }
  /** What is wrong with a value that should be refused. */
  const allowed = async (id: number, rule?: RuleName): Promise<string | undefined> => {
    const { error } = await attempt(stage, own, { from: `${id}`, to: `${id + 1}` })
    return error === undefined ? 'was not refused' : isRefusal(rule, error) ? undefined : error
  }
  const otherwise: string[] = []
  let [equal, converted, refused] = [0, 0, 0]
  for (const { id, value, rule } of cases) {
    // One value that is wrong keeps all others out.
    if (id < REFUSED && error !== undefined) {
      otherwise.push(`${group}: ${shorten(error)}`)
      continue
    }
    const wrong = id < REFUSED ? wrongWith(id, rule) : await allowed(id, rule)
    if (wrong) otherwise.push(`${subject.type} ${shorten(value)}: ${shorten(wrong)}`)
    else if (id >= REFUSED) refused++
    else if (rule) converted++
    else equal++
  }
  const met = new Set(cases.flatMap(({ rule }) => rule ?? []))
  const facts = { type: subject.type, declared: type.ddl, isUsual: subject.declared === undefined }
  return { ...facts, equal, converted, refused, rules: met, otherwise }
}

const ruleOf = (name: RuleName | undefined): Rule => (name === undefined ? {} : rules[name])

const isNoted = (rule: RuleName | undefined, note: string): boolean =>
  ruleOf(rule).note?.test(note) === true

const isRefusal = (rule: RuleName | undefined, error: string): boolean =>
  ruleOf(rule).refusal?.test(error) === true

const shorten = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text)

/** A mirror of some columns, under a name of their own: the warehouse changes no column's type. */
function mirrorOf(group: string, placed: readonly Placed[], beside: string): Definition {
  const columns = {
    id: lib.integer().primaryKey(),
    ...(beside && { beside: lib.super_() }),
    ...Object.fromEntries(placed.map(({ name, column }) => [name, column])),
  }
  const name = nameOf(group, placed, beside)
  const source = lib.mysql('production', { secret: 'shop' })
  return lib.mirror(source.table(group), { name, columns })[definition]
}

const nameOf = (group: string, placed: readonly Placed[], beside: string): string =>
  `${group}_${placed
    .map(({ name }) => name)
    .join('')
    .slice(0, 40)}${beside && '_long'}`

/** Extracts and loads the rows of some ids. */
async function attempt(
  { tools }: NightStage,
  table: Definition,
  ids: { readonly from?: string; readonly to: string },
): Promise<Attempt> {
  const prefix = `staging/${table.id}/${Math.random()}`
  const [by] = table.columns
  if (!by) throw new Error(`${table.id} has no columns`)
  const portion = { slice: { range: { column: by, ...ids } }, keys: false, marker: MARKER }
  const { signal } = new AbortController()
  const work = { ...tools, table, date: DATE, prefix }
  try {
    const made = await extract({ ...work, signal, portion })
    await loadTable({ ...work, run: prefix })
    return { notes: Object.keys(made?.notes ?? {}) }
  } catch (error) {
    return { error: messageOf(error), notes: [] }
  }
}

/** What the warehouse has of a group, by SQL. */
async function foundIn(
  { tools }: NightStage,
  group: string,
  placed: readonly Placed[],
  beside: string,
): Promise<Values> {
  const list = placed.map(({ name, column }) => {
    const { type } = column.facts
    // The reader of DuckDB's texts skips a byte order mark at their beginning.
    if (type.name === 'varchar') return `'|' || "${name}" as "${name}"`
    return type.quoted ? `"${name}"` : `cast("${name}" as varchar(64)) as "${name}"`
  })
  const text = `select "id", ${list.join(', ')} from "${nameOf(group, placed, beside)}"`
  const rows = await tools.warehouse.query({ text, parameters: {} })
  return new Map(
    rows.map(({ id, ...values }) => [
      Number(id),
      Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, value?.replace(/^\|/, '') ?? null]),
      ),
    ]),
  )
}
