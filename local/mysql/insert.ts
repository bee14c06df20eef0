import type { Cell, Row } from './sample/row.ts'

/** About as many characters as one statement has. */
const LENGTH = 500_000

/** The statements that insert these rows, many rows in each. */
export function* inserts(table: string, rows: Iterable<Row>): Generator<string> {
  let values: string[] = []
  let length = 0
  const statement = () => `INSERT INTO \`${table}\` VALUES\n${values.join(',\n')}`
  for (const row of rows) {
    const text = `(${row.map(literal).join(',')})`
    values.push(text)
    length += text.length
    if (length < LENGTH) continue
    yield statement()
    values = []
    length = 0
  }
  if (values.length > 0) yield statement()
}

function literal(cell: Cell): string {
  if (cell === null) return 'NULL'
  if (typeof cell === 'string') return quote(cell)
  if (typeof cell === 'number' || typeof cell === 'bigint') return `${cell}`
  if (typeof cell === 'boolean') return cell ? '1' : '0'
  return `x'${Buffer.from(cell).toString('hex')}'`
}

const ESCAPES: Readonly<Record<string, string>> = {
  "'": "''",
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
}

const quote = (text: string): string =>
  `'${text.replaceAll(/['\\\n\r]/g, (character) => ESCAPES[character] ?? character)}'`
