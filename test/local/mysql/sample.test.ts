import { createHash } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { inserts } from '../../../local/mysql/insert.ts'
import { sample } from '../../../local/mysql/sample.ts'
import { schema, type TableName } from '../../../local/mysql/schema.ts'

const tables = Object.keys(schema) as TableName[]

function checksum(table: TableName): string {
  const hash = createHash('sha256')
  for (const statement of inserts(table, sample[table]())) {
    if (statement.includes('\0')) throw new Error(`a text of ${table} holds a NUL`)
    hash.update(statement)
  }
  return hash.digest('hex')
}

describe('the sample', () => {
  it('is the same each time it is made, and holds no NUL, which the warehouse could not', () => {
    expect(tables.map(checksum)).toEqual(tables.map(checksum))
  }, 30_000)

  it('has rows for each table of the schema, in the order of the schema', () => {
    expect(Object.keys(sample)).toEqual(tables)
  })

  it('plays each Super Bowl where and when it was played', () => {
    const venues = new Map([...sample.venues()].map((row) => [row[0], row[1]]))
    const games = [...sample.events()].filter((row) => String(row[1]).startsWith('Super Bowl'))
    const played = games.map((row) => [row[1], row[3], venues.get(row[2] ?? null)])
    expect(played).toContainEqual(['Super Bowl LIX', '2025-02-09 23:30:00', 'Caesars Superdome'])
    expect(played).toHaveLength(17)
  })
})

describe('an insert', () => {
  it('writes each kind of value as SQL', () => {
    const row = [1, 2n ** 63n, true, null, '1.50', Uint8Array.of(0, 255), "it's \\N\r\n"]
    expect([...inserts('t', [row])]).toEqual([
      "INSERT INTO `t` VALUES\n(1,9223372036854775808,1,NULL,'1.50',x'00ff','it''s \\\\N\\r\\n')",
    ])
  })

  it('starts a new statement before one is too long', () => {
    const row = ['x'.repeat(300_000)]
    expect([...inserts('t', [row, row, row])]).toHaveLength(2)
    expect([...inserts('t', [])]).toEqual([])
  })
})
