import { type Definition, keyOf } from '../table/definition.ts'
import { identifier, type Statement } from '../table/sql.ts'
import {
  columnList,
  createStage,
  type StageHolds,
  sameKey,
  stageColumns,
  stageName,
  stageValueOf,
  tableName,
} from './ddl.ts'

/** A statement, and what it means when it fails. */
export interface Step {
  readonly statement: Statement
  /**
   * A sentence for the person, who may be told the rows of the statement before; absent, Redshift's
   * own words are passed on.
   */
  readonly failure?: string | ((before: number) => string)
  /** It is the COPY of such rows, whose errors Redshift keeps elsewhere. */
  readonly copies?: Definition
  /** Its failure passes: all is worth another try, which looks again. */
  readonly passes?: true
  /** It fills the stage: its rows are the table's. */
  readonly fills?: true
  /** It stages all primary keys of the source. */
  readonly stagesKeys?: true
  /** It fails where rows are suspiciously few; the sentence that says so to whoever accepts them. */
  readonly few?: (rows: number) => string
  /** It is there for the checks of the table, and fails where one of them does. */
  readonly checks?: true
}

export const step = (text: string, parameters: Statement['parameters'] = {}): Step => ({
  statement: { text, parameters },
})

/**
 * Begins the transaction: the lock comes first, so that its snapshot of the table is not older than
 * what another load has just committed.
 */
export const begin = (table: Definition, date: string, holds: StageHolds): Step[] => [
  step(`lock ${tableName(table)}`),
  step(createStage(table, date, holds)),
]

/** Fails the transaction unless `count` is what was expected: Redshift has no other assertion. */
export const assertCount = (
  count: string,
  expected: number,
  failure: NonNullable<Step['failure']>,
): Step => ({
  ...step(`select 1 / case when ${count} = ${expected} then 1 else 0 end`),
  failure,
})

/**
 * Puts the staged rows in the place of the old ones. DELETE and INSERT, never TRUNCATE, which would
 * commit; the table itself stays, and with it its views and grants.
 */
export function publish(table: Definition, date: string, holds: StageHolds): Step[] {
  const [target, stage] = [tableName(table), stageName(table)]
  const insert = step(
    `insert into ${target} (${columnList(table)})\nselect ${stageColumns(table, holds)} from ${stagedRows(table)}`,
  )
  if (table.publish === 'replace') return [step(`delete from ${target}`), insert]
  if ('partition' in table.publish) {
    const column = identifier(table.publish.partition)
    const others = `(select count(*) from ${stage} where ${column} <> '${date}' or ${column} is null)`
    return [
      assertCount(others, 0, `rows whose ${table.publish.partition} is not ${date}`),
      step(`delete from ${target} where ${column} = '${date}'`),
      insert,
    ]
  }
  const same = sameKey(table, stage, holds)
  return [step(`delete from ${target} using ${stage} where ${same}`), insert]
}

/**
 * Takes out of a stage what the table has a newer row of, where the dates of a night are merged one by
 * one: an earlier one that comes after a later one must not undo it. Of rows that are as new as each
 * other the staged one counts, so that a load may be done twice. Changes are read of a table as it is
 * by then, and need none of it.
 */
export function passOlder(table: Definition, holds: StageHolds): Step[] {
  const merge = mergeOf(table)
  if (merge === undefined) return []
  const [target, stage] = [tableName(table), stageName(table)]
  const there = `${identifier(table.name)}.${identifier(merge)}`
  const staged = stageValueOf(table, merge, holds)
  const nullable = table.columns.some(({ name, column }) => name === merge && column.facts.nullable)
  const higher = `${there} > ${staged}`
  const newer = nullable ? `(${higher} or ${there} is not null and ${staged} is null)` : higher
  const same = sameKey(table, stage, holds)
  return [step(`delete from ${stage} using ${target}\nwhere ${same} and ${newer}`)]
}

/** The column by which nights are merged that know nothing of each other. */
export const mergeOf = (table: Definition): string | undefined =>
  typeof table.publish === 'object' && 'merge' in table.publish && !isIncremental(table)
    ? table.publish.merge
    : undefined

/** Whether a night reads only what changed of a table, and merges it by the primary key. */
export const isIncremental = ({ made }: Definition): boolean =>
  made.by === 'extract' && made.incremental !== undefined

/**
 * Fails the transaction where two rows of a stage have one primary key: merging would lose all of them
 * but one, in a table of which each row is thought to be one of the source.
 */
export function assertDistinct(table: Definition): Step {
  const key = keyOf(table)
  const repeated = `(select count(*) from (
  select 1 from ${stageName(table)} group by ${key.map(identifier).join(', ')} having count(*) > 1
) as repeated)`
  const names = key.join(', ')
  const failure = `rows of the source have the same primary key (${names}): declare all columns of the key .primaryKey()`
  return assertCount(repeated, 0, failure)
}

/**
 * Whether the stage may hold two rows of one key, of which one is published. What an incremental table
 * reads is of one snapshot, or of ranges that have no key in common.
 */
export const mayRepeat = (table: Definition): boolean => {
  const { made } = table
  const repeats = made.by === 'extract' && made.from.repeats === true
  return repeats || mergeOf(table) !== undefined
}

/** The rows of the stage that are published: where keys repeat, one of each; when merging, the newest. */
export function stagedRows(table: Definition): string {
  const stage = stageName(table)
  if (!mayRepeat(table)) return stage
  const key = keyOf(table).map(identifier).join(', ')
  const merge = mergeOf(table)
  const order = merge === undefined ? key : `${identifier(merge)} desc nulls last`
  return `(
  select ${columnList(table)}, row_number() over (
    partition by ${key} order by ${order}
  ) as usher_newest
  from ${stage}
) as newest
where usher_newest = 1`
}
