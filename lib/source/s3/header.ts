import { Readable } from 'node:stream'
import { Failure } from '../../error.ts'
import type { NamedColumn } from '../../table/definition.ts'
import type { FileFormat, ListedFile, Reading } from '../../table/origin.ts'
import { decompress } from './codec.ts'
import { type CsvFields, csvBatches } from './csv.ts'
import type { Files } from './files.ts'
import { linesOf, type Where } from './text.ts'

/** So many files are looked into at once. */
const AT_ONCE = 20

/** The name of a column in a file. */
const nameIn = ({ name, column }: NamedColumn): string => column.facts.from ?? name

/**
 * Compares the header of each file with the columns, since COPY goes by their places and not by their
 * names. Warns of a name that is not expected. Throws a SourceRefused where a column would be loaded as
 * another.
 */
export async function checkHeaders(
  files: Files,
  listed: readonly ListedFile[],
  { format, columns }: { readonly format: FileFormat; readonly columns: readonly NamedColumn[] },
  reading: Reading,
): Promise<void> {
  if (format.kind !== 'csv' || !format.header) return
  const seen = new Set<string>()
  for (let at = 0; at < listed.length; at += AT_ONCE) {
    const some = listed.slice(at, at + AT_ONCE)
    const headers = await Promise.all(some.map((file) => headerOf(files, file, format, reading)))
    for (const [i, { url }] of some.entries()) {
      const names = headers[i]
      const key = JSON.stringify(names)
      if (names && !seen.has(key)) compare(names, columns, url, reading)
      seen.add(key)
    }
  }
}

/** The names in the last line of a file's header; undefined where the file ends before. */
async function headerOf(
  files: Files,
  file: ListedFile,
  { header = 1, delimiter, codec }: FileFormat,
  reading: Reading,
): Promise<readonly string[] | undefined> {
  const where = { table: reading.table, url: file.url }
  const lines = linesOf(decompress(files.read(file, reading), codec), where)
  for await (const { text, first } of lines) {
    const line = text.split('\n')[header - first]
    if (line) return namesIn(line.trim(), delimiter, where)
  }
  return undefined
}

async function namesIn(
  line: string,
  delimiter: string | undefined,
  where: Where,
): Promise<string[] | undefined> {
  const lines = Readable.from([{ text: `${line}\n`, first: 1 }])
  for await (const { records } of csvBatches(lines, { kind: 'csv', delimiter }, where)) {
    const [names] = records as unknown as CsvFields[]
    return names?.map((name) => name ?? '')
  }
  return undefined
}

function compare(
  names: readonly string[],
  columns: readonly NamedColumn[],
  url: string,
  { table, warn }: Reading,
): void {
  const expected = columns.map((column) => nameIn(column).toLowerCase())
  const found = names.map((name) => name.trim().toLowerCase())
  const others = found.flatMap((name, at) => (name === expected[at] ? [] : [at]))
  if (others.length === 0 && found.length === expected.length) return
  const header = `${table}: the header of ${url} is ${names.join(', ')}`
  if (found.length !== expected.length || others.some((at) => expected.includes(found[at] ?? ''))) {
    const fix = `declare the columns of ${table} in that order, each with its name there in .from()`
    const what = `and it declares ${expected.join(', ')}`
    throw new Failure(
      'SourceRefused',
      `${header}, ${what}, which COPY would take in this order: ${fix}`,
    )
  }
  const lines = others.map((at) => `${columns[at]?.name} \`.from('${names[at]?.trim()}')\``)
  warn(`${header}. If that is meant, declare ${lines.join(', ')}.`)
}

/**
 * Looks whether the header of a file that is mirrored by names has the columns. Warns of those that
 * are NULL then. Throws a SourceRefused where a column takes none.
 */
export function checkNames(
  names: readonly string[],
  columns: readonly NamedColumn[],
  { table, url }: Where,
  { warn }: Reading,
): void {
  const missing = columns.filter((column) => !names.includes(nameIn(column)))
  if (missing.length === 0) return
  const what = `${table}: the header of ${url} has no ${missing.map(nameIn).join(', ')}`
  const there = `it has ${names.join(', ')}`
  const fix = `Correct the columns of ${table}: \`.from()\` says what one is called there`
  if (missing.some(({ column }) => !column.facts.nullable)) {
    throw new Failure('SourceRefused', `${what}; ${there}. ${fix}`)
  }
  warn(`${what}; ${there}. ${fix}. Until then it is NULL.`)
}
