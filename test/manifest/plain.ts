import { Failure, transient } from '../../lib/error.ts'
import { show } from '../../lib/manifest/csv.ts'
import type { Definition, NamedColumn } from '../../lib/table/definition.ts'
import { plainType } from '../table/plain.ts'

/** A line of CSV, written the plainest way: what `csvEncoder` writes must be the same. */
export function plainLine(
  table: Definition,
  marker: string,
  note: (what: string) => void,
  cells: readonly unknown[],
  fromText: boolean,
): string {
  const line = table.columns.map((named, i) => {
    try {
      return plainCell(table, named, marker, note, cells[i], fromText)
    } catch (error) {
      if (error instanceof Failure) throw error
      throw badValue(table, i, cells, error as Error)
    }
  })
  return `${line.join(',')}\n`
}

function plainCell(
  { id }: Definition,
  { name, column: { facts } }: NamedColumn,
  marker: string,
  note: (what: string) => void,
  value: unknown,
  fromText: boolean,
): string {
  const { nullable, fallback } = facts
  const type = plainType(facts.type)
  const quote = (text: string): string => {
    if (!type.quoted) return text
    const json = type.name === 'super' ? plainJson(name, note, text) : text
    if (!json.isWellFormed()) note(`${name}: lone surrogates replaced by U+FFFD`)
    if (json.includes('\0')) note(`${name}: NUL characters removed`)
    const sound = json.toWellFormed().replaceAll('\0', '')
    if (sound === marker) {
      const problem = `the NULL marker ${marker} occurs in the data`
      throw transient(`${id}.${name}: ${problem}: once it is read anew, it is another`)
    }
    return `"${sound.replaceAll('"', '""')}"`
  }
  if (value === undefined && fallback !== undefined) return quote(type.encode(fallback))
  if (value === null || value === undefined) {
    if (nullable) return marker
    throw new Error('is NULL, and the column is not .nullable()')
  }
  if (
    type.name === 'decimal' &&
    typeof value === 'number' &&
    Number(type.encode(value)) !== value
  ) {
    note(`${name}: numbers rounded to its decimals`)
  }
  return quote(fromText && typeof value === 'string' ? type.encodeText(value) : type.encode(value))
}

/** JSON without escapes of NUL, and of half a surrogate pair; one escape after another. */
function plainJson(name: string, note: (what: string) => void, json: string): string {
  const escapes = json.split(/(\\u[0-9a-fA-F]{4}|\\.)/s)
  const unitOf = (text = '') => (/^\\u/.test(text) ? Number.parseInt(text.slice(2), 16) : -1)
  const isHigh = (unit: number) => unit >= 0xd800 && unit < 0xdc00
  const isLow = (unit: number) => unit >= 0xdc00 && unit < 0xe000
  const done = new Set<string>()
  for (let at = 1; at < escapes.length; at += 2) {
    const unit = unitOf(escapes[at])
    if (isHigh(unit) && escapes[at + 1] === '' && isLow(unitOf(escapes[at + 2]))) at += 2
    else if (isHigh(unit) || isLow(unit)) {
      escapes[at] = '\ufffd'
      done.add(`${name}: lone surrogates replaced by U+FFFD`)
    } else if (unit === 0) {
      escapes[at] = ''
      done.add(`${name}: NUL characters removed`)
    }
  }
  for (const what of done) note(what)
  return escapes.join('')
}

function badValue(
  table: Definition,
  index: number,
  cells: readonly unknown[],
  error: Error,
): Failure {
  const keys = table.columns.flatMap(({ name, column }, i) =>
    column.facts.key && i !== index ? [`${name} ${show(cells[i])}`] : [],
  )
  const where = keys.length > 0 ? `; in the row with ${keys.join(', ')}` : ''
  const value = cells[index] === null || cells[index] === undefined ? '' : `${show(cells[index])} `
  const column = `${table.id}.${table.columns[index]?.name}`
  return new Failure('BadValue', `${column}: ${value}${error.message}${where}`)
}
