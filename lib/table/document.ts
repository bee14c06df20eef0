import type { NamedColumn, ToRow } from './definition.ts'
import type { Document, Json } from './json.ts'

/** The place of a column's value in a document, `user.id`, field by field. */
export const pathOf = ({ name, column }: NamedColumn): readonly string[] =>
  (column.facts.from ?? name).split('.')

/**
 * Takes the row out of a document: every column's value from its own path. What is not there is
 * NULL.
 */
export function documentRow(columns: readonly NamedColumn[]): ToRow {
  const paths = columns.map((column) => [column.name, pathOf(column)] as const)
  return (record) => {
    const row: Record<string, unknown> = {}
    for (const [name, path] of paths) row[name] = valueAt(record as Document, path, 0)
    return row
  }
}

/** A field may itself be called `user.id`, and then the whole name comes first. */
export function valueAt(value: Json | undefined, path: readonly string[], at: number): Json {
  if (at === path.length) return value ?? null
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const object = value as Document
  for (let end = path.length; end > at; end--) {
    const field = end === at + 1 ? (path[at] as string) : path.slice(at, end).join('.')
    if (Object.hasOwn(object, field)) return valueAt(object[field], path, end)
  }
  return null
}
