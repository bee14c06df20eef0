import { type Files, keysPrefix } from '../manifest/manifest.ts'
import type { Definition } from '../table/definition.ts'
import { keysOf } from '../table/portion.ts'
import { identifier } from '../table/sql.ts'
import { FORCE } from './base.ts'
import { copyStatement } from './copy.ts'
import { createStage, sameKey, stageName, tableName } from './ddl.ts'
import { assertCount, assertDistinct, type Step, step } from './publish.ts'

/** Missing rows are counted up to here. */
const MOST_MISSING = 10_000

/**
 * Compares a table, once its changes are merged, with every primary key of its source: rows whose key
 * is gone there are deleted; where a key has no row here, the cursor missed one, and the load fails.
 */
export function reconcile(
  table: Definition,
  keys: Files,
  date: string,
  place: string,
  copyRole: string,
): Step[] {
  const own = keysOf(table)
  const [target, stage] = [tableName(table), stageName(own)]
  const absent = `from ${stage} left join ${target} on ${sameKey(table, stage, 'files')}
where ${identifier(table.name)}.${identifier(own.columns[0]?.name ?? '')} is null`
  const { rows = 0 } = keys
  const copy: Step = {
    statement: copyStatement(own, keys, keysPrefix(place), copyRole),
    copies: own,
    stagesKeys: true,
  }
  const wrong = `COPY did not load the ${rows} primary keys of the extract`
  return [
    { ...step(createStage(own, date, 'files')), stagesKeys: true },
    ...(rows === 0 ? [] : [copy]),
    assertCount(`(select count(*) from ${stage})`, rows, wrong),
    assertDistinct(own),
    step(`delete from ${target} where ${isGone(table)}`),
    step(`select 1 ${absent}\nlimit ${MOST_MISSING}`),
    assertCount(`(select count(*) ${absent})`, 0, missing),
  ]
}

/** What says of a row of a table that its key is not among those that are staged. */
export function isGone(table: Definition): string {
  const stage = stageName(keysOf(table))
  return `not exists (\n  select 1 from ${stage} where ${sameKey(table, stage, 'files')}\n)`
}

const missing = (count: number): string => {
  const rows =
    count === 1
      ? '1 row'
      : `${count.toLocaleString('en')}${count < MOST_MISSING ? '' : ' or more'} rows`
  return `${rows} of the source never came, since the cursor did not tell of them. ${FORCE}`
}
