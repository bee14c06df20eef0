import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import * as lib from '#lib'
import type { MysqlColumn } from '../../lib/source/mysql/schema/describe.ts'
import { mirrorFile } from '../../lib/source/mysql/schema/file.ts'
import type { Column } from '../../lib/table/column.ts'
import { definition } from '../../lib/table/definition.ts'
import { findServer } from '../../local/mysql/server.ts'
import { type NightStage, startStage } from '../night/stage.ts'
import { load } from '../values/outcome.ts'
import { fuzz } from './fuzz.ts'

const ODD = [
  'a`b',
  "it's",
  'a"b',
  '\\',
  '\\N',
  "'; drop table x; --",
  '*/',
  '$$',
  'a\nb',
  'a\rb',
  '\u2028',
  'é😀',
  '../x',
  '__proto__',
  '%s',
  ':p1',
  ' x',
]

const names = fc.oneof(
  fc.constantFrom(...ODD),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
)

/** What a mirror's file declares: the columns, by the names that MySQL has for them. */
function columnsIn(file: string): Map<string, Column> {
  const body = file.slice(
    file.indexOf('  columns: {') + '  columns: '.length,
    file.indexOf('\n  },') + 4,
  )
  const made = new Function(...Object.keys(lib), `return Object.entries(${body})`)(
    ...Object.values(lib),
  )
  return new Map(
    (made as [string, Column][]).map(([key, column]) => [column.facts.from ?? key, column]),
  )
}

const column: MysqlColumn = {
  ...{
    name: '',
    type: 'int',
    fullType: 'int(11)',
    nullable: true,
    key: false,
    unique: false,
    comment: '',
  },
  ...{ characters: 0, bytes: 0, charset: '', precision: 10, scale: 0, json: false },
}

describe('the file that mirrors a table', () => {
  it('says what the table says, whatever its names and comments are', () =>
    fuzz(
      fc.property(names, names, names, (table, name, comment) => {
        const file = mirrorFile('production', table, [{ ...column, name, comment }])
        const [[found, own] = []] = [...columnsIn(file)]
        // In MySQL, too, a name has no capitals of its own.
        expect(found?.toLowerCase()).toBe(name.toLowerCase())
        expect(own?.facts.description).toBe(comment)
        expect(file).toContain('mirror(production.table(')
      }),
      2000,
    ))
})

const suite = findServer() ? describe : describe.skip

suite('a table of MySQL', () => {
  let stage: NightStage
  beforeAll(async () => {
    stage = await startStage()
  }, 60_000)
  afterAll(() => stage.stop())

  // Nor does mysql2 read a column of that name, and says so.
  const served = ODD.filter((name) => !/[ 😀]$|^ |__proto__/u.test(name))
  it.each(served)('may be called %p, and its columns too', async (name) => {
    const quoted = `\`${name.replaceAll('`', '``')}\``
    await stage.admin.query(
      `CREATE OR REPLACE TABLE ${quoted} (id int PRIMARY KEY, ${quoted} varchar(99))`,
    )
    await stage.admin.query(`INSERT INTO ${quoted} VALUES (1, ?)`, [name])
    const source = lib.mysql('production', { secret: 'shop', primary: true })
    const own = lib.mirror(source.table(name), {
      ...{ name: 'odd', columns: { id: lib.integer(), v: lib.varchar(400).from(name) } },
    })[definition]
    expect(await load(stage, own)).toEqual({ notes: [] })
    expect(await stage.ask('select "id", "v" from "odd"')).toEqual([['1', name]])
  })
})
