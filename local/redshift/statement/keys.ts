import { SqlError, syntaxError } from '../error.ts'
import type { Reader } from '../sql/reader.ts'
import type { Column } from '../warehouse/catalog.ts'
import type { Keys } from './column.ts'

const STYLES = ['all', 'even', 'auto', 'key']

/** Reads what follows the columns of CREATE TABLE, in any order. */
export function readAttributes(reader: Reader, keys: Keys): void {
  while (reader.next) {
    if (reader.accept('backup')) {
      if (!reader.accept('no')) reader.expect('yes')
    } else if (reader.accept('diststyle')) {
      const style = reader.name()
      if (!STYLES.includes(style)) throw new SqlError(`unknown diststyle "${style}"`)
      keys.distStyle = style
    } else if (reader.accept('distkey')) {
      const names = reader.names()
      if (names.length > 1) throw new SqlError('only one distkey column is allowed')
      keys.distKey = names[0]
    } else if (reader.accept('sortkey')) {
      if (!reader.accept('auto')) keys.sortKey = reader.names()
    } else if (reader.accept('compound') || reader.accept('interleaved')) {
      reader.expect('sortkey')
      keys.sortKey = reader.names()
    } else throw syntaxError(reader.next.text)
  }
}

/** A key must name columns of the table, and of types that can be compared. */
export function checkKeys(columns: readonly Column[], keys: Keys): void {
  const { primaryKey, sortKey, distStyle, distKey } = keys
  const dist = distKey === undefined ? [] : [distKey]
  for (const key of [...primaryKey, ...sortKey, ...dist]) {
    if (!columns.some(({ name }) => name === key)) {
      throw new SqlError(`column "${key}" named in key does not exist`)
    }
  }
  for (const [kind, names] of [
    ['sortkey', sortKey],
    ['distkey', dist],
  ] as const) {
    for (const { name, type } of columns) {
      if (!names.includes(name) || !['super', 'binary varying'].includes(type.name)) continue
      throw new SqlError(`column "${name}" of type ${type.name} cannot be used as a ${kind}`)
    }
  }
  if (distStyle === 'key' && distKey === undefined) {
    throw new SqlError('must specify a distkey for DISTSTYLE KEY')
  }
  if (
    distKey !== undefined &&
    distStyle !== undefined &&
    distStyle !== 'key' &&
    distStyle !== 'auto'
  ) {
    throw new SqlError(`cannot specify a distkey with DISTSTYLE ${distStyle.toUpperCase()}`)
  }
  if (sortKey.length > 400) throw new SqlError('a table has at most 400 sort key columns')
}
