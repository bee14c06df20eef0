import * as lib from '#lib'
import { type Definition, definition } from '../../lib/table/definition.ts'
import type { NightStage } from '../night/stage.ts'
import { expectedOf, isSame, type Values } from './oracle.ts'
import { type Attempt, isNoted, isRefusal, load, type Outcome, shorten } from './outcome.ts'
import { type Placed, place, REFUSED } from './place.ts'
import type { RuleName } from './rules.ts'
import { groups } from './subjects.ts'

/** What stands for NULL in every extract here, so that a value may equal it. */
const MARKER = 'NULL_0123abcd'

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

/** A mirror of some columns, under a name of their own: the warehouse changes no column's type. */
function mirrorOf(group: string, placed: readonly Placed[], beside: string): Definition {
  const columns = {
    id: lib.integer().primaryKey(),
    ...(beside && { beside: lib.super_() }),
    ...Object.fromEntries(placed.map(({ name, column }) => [name, column])),
  }
  const name = nameOf(group, placed, beside)
  const source = lib.mysql('production', { secret: 'shop', primary: true })
  return lib.mirror(source.table(group), { name, columns })[definition]
}

const nameOf = (group: string, placed: readonly Placed[], beside: string): string =>
  `${group}_${placed
    .map(({ name }) => name)
    .join('')
    .slice(0, 40)}${beside && '_long'}`

/** Extracts and loads the rows of some ids. */
function attempt(
  stage: NightStage,
  table: Definition,
  ids: { readonly from?: string; readonly to: string },
): Promise<Attempt> {
  const [by] = table.columns
  if (!by) throw new Error(`${table.id} has no columns`)
  return load(stage, table, {
    slice: { range: { column: by, ...ids } },
    keys: false,
    marker: MARKER,
  })
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
