import { type Age, type Check, type RowCount, wordsOf } from '../table/check.ts'
import { type Definition, keyOf } from '../table/definition.ts'
import { identifier, render, type Statement } from '../table/sql.ts'
import {
  columnList,
  createStage,
  holdsValues,
  literal,
  type StageHolds,
  stageColumns,
  stageName,
  tableName,
} from './ddl.ts'
import { mayRepeat, type Step, stagedRows, step } from './publish.ts'

/** What the checks of a load look at. */
export interface Subject {
  readonly table: Definition
  readonly date: string
  /** The table that holds the rows that are about to be published. */
  readonly staged: string
  /** The rows of the nights before, newest first. */
  readonly before: readonly number[]
  /** A later date is merged already: what that has newer rows of is not among these. */
  readonly isLate?: boolean
  /** The table that holds the primary keys of rows that are about to be deleted. */
  readonly gone?: string
}

/** A check, and the query that finds what breaks it. */
export interface Question {
  /** True where the check passes. */
  readonly words: string
  /**
   * Its rows are those that break the check: their primary key, and the values that are wrong; or one,
   * where it is about all rows together.
   */
  readonly statement: Statement
  readonly isOfAll: boolean
}

/** The new rows as they will be published, where the stage itself holds more, or other values. */
const checkedOf = (table: Definition): Definition => ({ ...table, name: `checked_${table.name}` })

/** Fails the transaction where a check of what was staged does. */
export function checkStaged(subject: Omit<Subject, 'staged'>, holds: StageHolds): Step[] {
  const { table, date } = subject
  if (table.checks.length === 0) return []
  if (!mayRepeat(table) && holdsValues(table, holds)) {
    return assertChecks({ ...subject, staged: stageName(table) })
  }
  const checked = checkedOf(table)
  const rows = `select ${stageColumns(table, holds)} from ${stagedRows(table)}`
  return [
    checks(step(createStage(checked, date))),
    checks(step(`insert into ${stageName(checked)} (${columnList(table)})\n${rows}`)),
    ...assertChecks({ ...subject, staged: stageName(checked) }),
  ]
}

const checks = (step: Step): Step => ({ ...step, checks: true })

/** The Data API takes no more of one statement; a part is for what stands around the queries. */
const MOST_TEXT = 90 * 1024

/** All checks are one statement, unless that is too long. */
function assertChecks(subject: Subject): Step[] {
  const steps: Step[] = []
  let counts: string[] = []
  let parameters: Record<string, string> = {}
  const end = () => {
    if (counts.length === 0) return
    const text = `select 1 / case when ${counts.join('\n+ ')} = 0 then 1 else 0 end`
    steps.push(checks(step(text, parameters)))
    counts = []
    parameters = {}
  }
  for (const { statement } of questionsOf(subject)) {
    const count = `(select count(*) from (\n${statement.text}\n) as broken)`
    if (Buffer.byteLength([...counts, count].join('')) > MOST_TEXT) end()
    counts.push(count)
    parameters = { ...parameters, ...statement.parameters }
  }
  end()
  return steps
}

/** What the checks of a table ask; one that has nothing to compare with asks nothing. */
export function questionsOf(subject: Subject): Question[] {
  return subject.table.checks.flatMap((check, at) => {
    const statement = questionOf(check, subject, `check${at + 1}_`)
    const isOfAll = check.kind === 'rows' || check.kind === 'fresh'
    return statement ? [{ words: wordsOf(check), statement, isOfAll }] : []
  })
}

function questionOf(check: Check, subject: Subject, prefix: string): Statement | undefined {
  const plain = (text: string): Statement => ({ text, parameters: {} })
  const { staged, date } = subject
  switch (check.kind) {
    case 'unique':
      return plain(uniqueQuestion(check.columns, subject))
    case 'accepted':
      return acceptedQuestion(check, subject, prefix)
    case 'references':
      return plain(referencesQuestion(check, subject))
    case 'rows': {
      const text = rowsQuestion(check, subject)
      return text === undefined ? undefined : plain(text)
    }
    case 'fresh':
      return plain(freshQuestion(check, subject))
    case 'none':
      return render(check.query, { runDate: date, prefix, staged })
  }
}

function uniqueQuestion(columns: readonly string[], subject: Subject): string {
  const names = columns.map(identifier)
  const list = names.join(', ')
  const same = names.map((name) => `staged.${name} = repeated.${name}`).join(' and ')
  return `select ${shown(subject, columns)} from ${subject.staged} as staged join (
  select ${list} from ${published(subject, columns)} as published
  where ${names.map((name) => `${name} is not null`).join(' and ')}
  group by ${list} having count(*) > 1
) as repeated on ${same}`
}

const NUMBERS = ['smallint', 'integer', 'bigint', 'decimal', 'real', 'double']

function acceptedQuestion(
  { column, values }: Check & { kind: 'accepted' },
  subject: Subject,
  prefix: string,
): Statement {
  const { type } = columnOf(subject, column).facts
  const parameters: Record<string, string> = {}
  const list = values.map((value, at) => {
    const text = type.encode(value)
    if (type.name === 'boolean') return text === 't' ? 'true' : 'false'
    if (NUMBERS.includes(type.name)) return text
    // The Data API takes no empty parameter.
    if (text === '') return "''"
    parameters[`${prefix}${at + 1}`] = text
    return `cast(:${prefix}${at + 1} as ${type.ddl})`
  })
  const name = identifier(column)
  const text = `select ${shown(subject, [column])} from ${subject.staged} as staged
where ${name} not in (${list.join(', ')})`
  return { text, parameters }
}

function referencesQuestion(
  { column, other }: Check & { kind: 'references' },
  subject: Subject,
): string {
  const { table, name } = other
  const target = table.staged ? published(subject, [name]) : tableName(table.of)
  const [own, others] = [`staged.${identifier(column)}`, `other.${identifier(name)}`]
  return `select ${shown(subject, [column])} from ${subject.staged} as staged
left join ${target} as other on ${others} = ${own}
where ${own} is not null and ${others} is null`
}

/** With fewer nights before than this, nobody knows what is usual. */
const FEWEST_NIGHTS = 3

function rowsQuestion(limits: RowCount, subject: Subject): string | undefined {
  const { staged, before, isLate = false } = subject
  const { between, least = 0, most = Number.POSITIVE_INFINITY } = limits
  const usual = before.length < FEWEST_NIGHTS ? undefined : median(before)
  const [low, high] =
    between && usual !== undefined
      ? [Math.ceil(between[0] * usual), Math.floor(between[1] * usual)]
      : [0, Number.POSITIVE_INFINITY]
  const [from, to] = [isLate ? 0 : Math.max(low, least), Math.min(high, most)]
  const wrong = [
    ...(from > 0 ? [`count(*) < ${from}`] : []),
    ...(to < Number.POSITIVE_INFINITY ? [`count(*) > ${to}`] : []),
  ]
  if (wrong.length === 0) return undefined
  const expected = to === Number.POSITIVE_INFINITY ? `${from} or more` : `${from} to ${to}`
  return `select count(*) as found, ${literal(expected)} as expected from ${staged} as staged
having ${wrong.join(' or ')}`
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const [low = 0, high = 0] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[Math.floor(sorted.length / 2)],
  ]
  return (low + high) / 2
}

function freshQuestion({ column, age }: Check & { kind: 'fresh' }, subject: Subject): string {
  const { name: type } = columnOf(subject, column).facts.type
  const zone = type === 'timestamptz' ? '+00' : ''
  const since = `cast('${oldest(subject.date, age)}${zone}' as ${zone ? 'timestamptz' : 'timestamp'})`
  const newest = `max(${identifier(column)})`
  return `select ${newest} as newest from ${published(subject, [column])} as published
having ${newest} is null or ${newest} < ${since}`
}

/** The instant that lies so long before the end of a day, in UTC: `2026-11-22 12:00:00`. */
function oldest(date: string, age: Age): string {
  const hours = 'hours' in age ? age.hours : 24 * age.days
  const time = Date.parse(`${date}T00:00:00Z`) + (24 - hours) * 3_600_000
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ')
}

/**
 * Some columns of the table as it will be: of the new rows, and of those that they leave where they are.
 */
function published(subject: Subject, columns: readonly string[]): string {
  const { table, date, staged } = subject
  const { publish } = table
  if (publish === 'replace') return staged
  const list = (of: string) => columns.map((name) => `${of}.${identifier(name)}`).join(', ')
  const kept = 'partition' in publish ? otherDay(publish.partition, date) : otherKey(subject)
  return `(
    select ${list('staged')} from ${staged} as staged
    union all
    select ${list('kept')} from ${tableName(table)} as kept${kept}
  )`
}

const otherDay = (name: string, date: string): string =>
  ` where kept.${identifier(name)} <> '${date}' or kept.${identifier(name)} is null`

function otherKey({ table, staged, gone }: Subject): string {
  const key = keyOf(table).map(identifier)
  const others = { staged, ...(gone && { gone }) }
  const joins = Object.entries(others).map(([name, other]) => {
    const same = key.map((column) => `${name}.${column} = kept.${column}`).join(' and ')
    return ` left join ${other} as ${name} on ${same}`
  })
  const none = Object.keys(others).map((name) => `${name}.${key[0]} is null`)
  return `${joins.join('')} where ${none.join(' and ')}`
}

/** What is shown of a row: its primary key, and the columns that the check is about. */
const shown = ({ table }: Subject, columns: readonly string[]): string =>
  [...new Set([...keyOf(table), ...columns])].map((name) => `staged.${identifier(name)}`).join(', ')

function columnOf({ table }: Subject, name: string) {
  const found = table.columns.find((column) => column.name === name)
  if (!found) throw new Error(`${table.id} has no column ${name}`)
  return found.column
}
