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
import type { CopyOptions } from './options.ts'

/** The temporary table that holds the files as text: columns c0, c1 … and where each row stood. */
export const STAGE = 'temp.main.redshift_copy'

const CHUNK = 2048
const LARGEST_ROW = 4 * 1024 * 1024

/** Reads files into STAGE, as text. Throws a LoadFailure for a line that is not in order. */
export class Stage {
  readonly files: LoadFile[] = []
  readonly #columns: readonly Column[]
  readonly #isText: readonly boolean[]
  readonly #options: CopyOptions
  #appender!: DuckDBAppender
  #values: (string | null | number | bigint)[][] = []

  private constructor(columns: readonly Column[], options: CopyOptions) {
    this.#columns = columns
    this.#options = options
    this.#isText = columns.map(({ type }) => type.name.startsWith('character'))
  }

  static async create(session: Session, columns: readonly Column[], options: CopyOptions) {
    const stage = new Stage(columns, options)
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
    const suspicion = clean ? (file.bytes.includes(0) ? 'nul' : undefined) : 'utf8'
    this.files.push({ ...file, bytes: Buffer.alloc(0) })
    for (const row of rowsOf(text, this.#options)) {
      this.#check(file, row, suspicion)
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
