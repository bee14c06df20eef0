import type { Connection } from 'mysql2/promise'
import * as lib from '#lib'
import { describeTable } from '../../lib/source/mysql/schema/describe.ts'
import { mirrorFile } from '../../lib/source/mysql/schema/file.ts'
import { type Login, open } from '../../lib/source/mysql/session.ts'
import { readSecret } from '../../lib/source/secret.ts'
import type { Column } from '../../lib/table/column.ts'
import { type RuleName, rules } from './rules.ts'
import type { Subject } from './subjects.ts'

/** Rows with a value that is to be refused have ids from here on. */
export const REFUSED = 1000

/** A column of a group's table, with the row of each of its values. */
export interface Placed {
  readonly subject: Subject
  readonly name: string
  readonly column: Column
  readonly cases: readonly Case[]
}

interface Case {
  readonly id: number
  readonly value: string
  readonly rule?: RuleName
}

/** Makes the table of a group, a column for each subject, and fills it. `beside` stands in every row. */
export async function place(
  admin: Connection,
  group: string,
  subjects: readonly Subject[],
  beside: string,
): Promise<Placed[]> {
  await admin.query("SET sql_mode = 'STRICT_ALL_TABLES,ALLOW_INVALID_DATES'")
  const columns = subjects.map(({ type }, i) => `c${i} ${type} NULL`).join(', ')
  await admin.query(
    `CREATE OR REPLACE TABLE ${group} (id int PRIMARY KEY, beside mediumtext, ${columns})`,
  )
  const usual = await usualColumns(group)
  const placed = subjects.map((subject, i) => {
    const { declared } = subject
    const name = `c${i}`
    let [good, bad] = [0, REFUSED + i * 50]
    const cases = subject.cases.map((one): Case => {
      const [value, rule] = typeof one === 'string' ? [one] : one
      return { id: isRefused(subject, rule) ? bad++ : ++good, value, rule }
    })
    const column = declared?.pinned() ?? (usual[name] as Column)
    return { subject, name, column: subject.notNull ? column : column.nullable(), cases }
  })
  const rows = new Map<number, [string, string][]>()
  for (const { name, cases } of placed) {
    for (const { id, value } of cases) rows.set(id, [...(rows.get(id) ?? []), [name, value]])
  }
  for (const [id, values] of rows) {
    const names = values.map(([name]) => name).join(', ')
    const list = values.map(([, value]) => value).join(', ')
    await admin.query(`INSERT INTO ${group} (id, beside, ${names}) VALUES (?, ?, ${list})`, [
      id,
      beside,
    ])
  }
  return placed
}

/** A rule may convert where a column takes NULL, and refuse where it does not. */
const isRefused = ({ notNull }: Subject, rule?: RuleName): boolean =>
  rule !== undefined && 'refusal' in rules[rule] && (notNull === true || !('note' in rules[rule]))

/** The columns that `usher mirror` writes of a table. */
async function usualColumns(group: string): Promise<Readonly<Record<string, Column>>> {
  const source = { name: 'production', kind: 'mysql', packages: [] }
  const session = await open(source, (await readSecret('shop')) as Login, { statementSeconds: 30 })
  try {
    const file = mirrorFile('production', group, await describeTable(session, group))
    const lines = file.matchAll(/^ {4}(\w+): (.*?),(?: \/\/.*)?$/gm)
    return Object.fromEntries([...lines].map(([, name = '', text = '']) => [name, run(text)]))
  } finally {
    session.destroy()
  }
}

const run = (text: string): Column =>
  new Function(...Object.keys(lib), `return ${text}`)(...Object.values(lib))
