import { isUtf8 } from 'node:buffer'
import { setImmediate as breathe } from 'node:timers/promises'
import { BIGINT, type DuckDBAppender, DuckDBDataChunk, INTEGER, VARCHAR } from '@duckdb/node-api'
import type { Column } from '../warehouse/catalog.ts'
import type { Session } from '../warehouse/session.ts'
import { type CsvRow, rowsOf } from './csv.ts'
import {
  BAD_NUL,
  BAD_UTF8,
  LoadFailure,
  type Reason,
  TOO_FEW,
  TOO_LARGE,
  TOO_MANY,
} from './failure.ts'
import type { LoadFile } from './files.ts'
import { jsonRowsOf } from './json.ts'
import type { CopyOptions } from './options.ts'
import type { Path } from './paths.ts'

/** The temporary table that holds the files as text: columns c0, c1 … and where each row stood. */
export const STAGE = 'temp.main.redshift_copy'

const CHUNK = 2048
const LARGEST_ROW = 4 * 1024 * 1024

/** Reads files into STAGE, as text. Throws a LoadFailure for a line that is not in order. */
export class Stage {
  readonly files: LoadFile[] = []
  readonly #columns: readonly Column[]
  readonly #isText: readonly boolean[]
  readonly #isJson: boolean
  readonly #rowsOf: (text: string) => Iterable<CsvRow>
  #appender!: DuckDBAppender
  #values: (string | null | number | bigint)[][] = []

  private constructor(columns: readonly Column[], options: CopyOptions, paths?: readonly Path[]) {
    this.#columns = columns
    const isSuper = columns.map(({ type }) => type.name === 'super')
    this.#isJson = paths !== undefined
    this.#rowsOf = paths
      ? (text) => jsonRowsOf(text, { ...options, paths, isSuper })
      : (text) => rowsOf(text, options)
    this.#isText = columns.map(({ type }) => type.name.startsWith('character'))
  }

  static async create(
    session: Session,
    columns: readonly Column[],
    options: CopyOptions,
    /** Where JSON holds the columns. */
    paths?: readonly Path[],
  ) {
    const stage = new Stage(columns, options, paths)
    const names = columns.map((_, i) => `c${i} varchar`).join(', ')
    await session.run(
      `create or replace temp table redshift_copy (${names}, file int, line bigint)`,
    )
    stage.#appender = await session.connection.createAppender('redshift_copy', 'main', 'temp')
    stage.#clear()
    return stage
  }

  async add(file: LoadFile): Promise<void> {
    const clean = isUtf8(file.bytes)
    // Broken text is read byte by byte, to find the field that is broken.
    const text = file.bytes.toString(clean ? 'utf8' : 'latin1')
    // JSON writes characters as escapes too, those among them that are none.
    const odd = file.bytes.includes(0) || (this.#isJson && text.includes('\\u'))
    const suspicion = clean ? (odd ? 'nul' : undefined) : 'utf8'
    this.files.push({ ...file, bytes: Buffer.alloc(0) })
    for (const row of this.#rowsOf(text)) {
      this.#check(file, row, suspicion)
      if (!clean && this.#isJson) this.#checkWhole(file, row, text)
      this.#push(row)
      if (this.#values[0]?.length === CHUNK) {
        this.#flush()
        await breathe()
      }
    }
  }

  close(): void {
    this.#flush()
    this.#appender.closeSync()
  }

  #check(
    { url }: LoadFile,
    { line, fields, start, end, problem }: CsvRow,
    suspicion?: 'nul' | 'utf8',
  ) {
    const fail = (reason: Reason, column?: number) => new LoadFailure(url, line, reason, column)
    if (suspicion) {
      fields.forEach((field, column) => {
        if (field?.includes('\0')) throw fail(BAD_NUL, column)
        if (field?.isWellFormed() === false) throw fail(BAD_UTF8, column)
        if (suspicion === 'utf8' && field && !isUtf8(Buffer.from(field, 'latin1')))
          throw fail(BAD_UTF8, column)
      })
    }
    if (problem) throw fail(problem)
    if (fields.length > this.#columns.length) throw fail(TOO_MANY)
    if (fields.length < this.#columns.length) throw fail(TOO_FEW, fields.length - 1)
    // At most four bytes a character, so short lines need no counting.
    if (end - start > LARGEST_ROW / 4) {
      const bytes = fields.reduce((sum, field) => sum + Buffer.byteLength(field ?? ''), 0)
      if (bytes > LARGEST_ROW) throw fail(TOO_LARGE)
    }
  }

  /** What COPY does not load of an object must be text all the same. */
  #checkWhole({ url }: LoadFile, { line, start, end }: CsvRow, text: string): void {
    if (isUtf8(Buffer.from(text.slice(start, end), 'latin1'))) return
    throw new LoadFailure(url, line, BAD_UTF8)
  }

  #push({ fields, line }: CsvRow): void {
    fields.forEach((field, i) => {
      this.#values[i]?.push(field === undefined ? (this.#isText[i] ? '' : null) : field)
    })
    this.#values[fields.length]?.push(this.files.length - 1)
    this.#values[fields.length + 1]?.push(BigInt(line))
  }

  #flush(): void {
    const rows = this.#values[0]?.length ?? 0
    if (rows === 0) return
    const types = [...this.#columns.map(() => VARCHAR), INTEGER, BIGINT]
    const chunk = DuckDBDataChunk.create(types, rows)
    chunk.setColumns(this.#values)
    this.#appender.appendDataChunk(chunk)
    this.#clear()
  }

  #clear(): void {
    this.#values = [...this.#columns, 0, 0].map(() => [])
  }
}
