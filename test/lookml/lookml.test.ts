import { describe, expect, it } from '@jest/globals'
import { integer, references, sql, sum, transform } from '#lib'
import { tables as sample } from '#warehouse'
import { graphOf, tablesOf } from '../../lib/graph/graph.ts'
import { commentOf } from '../../lib/lookml/comment.ts'
import { projectOf } from '../../lib/lookml/project.ts'
import { loads } from '../../lib/redshift/audit.ts'
import { type Definition, definition } from '../../lib/table/definition.ts'
import { expectGolden } from '../golden.ts'
import { fieldNames, fieldSql, fromSql, parseProject, viewsIn } from './looker.ts'
import { odd } from './odd.ts'

const projectWith = (tables: readonly Definition[]) =>
  projectOf({
    ...{ tables, loads, connection: 'usher' },
    groups: new Map([['order', 'the_shop']]),
    comments: new Map([['types', 'One of each type.']]),
  })
const parsed = (tables: readonly Definition[]) => parseProject(projectWith(tables).generated)

const warehouse = tablesOf(graphOf(sample))
const both: [string, readonly Definition[]][] = [
  ['the sample', warehouse],
  ['odd tables', odd],
]

describe.each(both)('the project of %s', (_name, tables) => {
  const project = parsed(tables)

  it('has a view for each table, and a field for each of its columns', () => {
    expect(Object.keys(project.view)).toHaveLength(tables.length + 1)
    const bySql = new Map(
      Object.values(project.view).map((view) => [view.sql_table_name.trim(), view]),
    )
    for (const { schema, name, columns } of [...tables, loads]) {
      const view = bySql.get(`"${schema}"."${name}"`)
      const fields = { ...view?.dimension, ...view?.dimension_group }
      const mentioned = Object.values(fields).map(({ sql = '' }) => sql)
      for (const column of columns) {
        const found = mentioned.filter((sql) => sql.includes(`\${TABLE}."${column.name}"`))
        expect([name, column.name, found.length > 0]).toEqual([name, column.name, true])
      }
    }
  })

  it('gives each field of a view a name of its own', () => {
    for (const [name, view] of Object.entries(project.view)) {
      const { dimensions, measures } = fieldNames(view)
      const groups = Object.keys(view.dimension_group ?? {})
      const names = [...dimensions, ...measures, ...groups]
      expect([name, names.toSorted()]).toEqual([name, [...new Set(names)].sort()])
      expect(names.filter((one) => !/^[a-z_][a-z0-9_]*$/.test(one))).toEqual([])
    }
  })

  it('mentions no field that is not there', () => {
    for (const [name, view] of Object.entries(project.view)) {
      const views = new Map([[name, view]])
      const { dimensions, measures } = fieldNames(view)
      const mentioned = [...dimensions, ...measures, ...view.set.detail.fields]
      for (const field of mentioned) expect(fieldSql(views, `${name}.${field}`)).not.toMatch(/\$\{/)
    }
    for (const name of Object.keys(project.explore)) {
      expect(fromSql(project, name, { joined: true })).not.toMatch(/\$\{/)
    }
    for (const { explore_source, assert } of Object.values(project.test)) {
      for (const [explore, { column }] of Object.entries(explore_source)) {
        const views = viewsIn(project, explore)
        for (const { field } of Object.values(column)) expect(fieldSql(views, field)).toBeTruthy()
        const asserted = assert.one_row_of_each?.expression.match(/\w+\.\w+/)?.[0] ?? ''
        expect(Object.values(column).map(({ field }) => field)).toContain(asserted)
      }
    }
  })

  it('tests every key', () => {
    const keyed = Object.entries(project.view).filter(([, { dimension = {} }]) =>
      Object.values(dimension).some(({ primary_key }) => primary_key),
    )
    const tested = Object.keys(project.test).map((name) => name.replace('_key_is_unique', ''))
    expect(tested.sort()).toEqual(keyed.map(([name]) => name).sort())
    for (const [name, view] of keyed) {
      const keys = Object.values(view.dimension ?? {}).filter(({ primary_key }) => primary_key)
      expect([name, keys.length]).toEqual([name, 1])
    }
  })
})

describe('a view', () => {
  const { view } = parsed(odd)

  it('is called as its table, unless Redshift keeps the word, or the schema is another', () => {
    expect(Object.keys(view).sort()).toEqual(
      'cities days legacy_order legacy_order_2 pairs public_order public_user types usher_loads words'.split(
        ' ',
      ),
    )
    expect(view.legacy_order_2?.sql_table_name.trim()).toBe('"legacy"."order"')
  })

  it('has types that Looker knows', () => {
    const { dimension = {}, dimension_group = {} } = view.types ?? {}
    const all = { ...dimension, ...dimension_group }
    const of = (name: string) => [all[name]?.type, all[name]?.convert_tz, all[name]?.datatype]
    expect(of('bigint')).toEqual(['number', undefined, undefined])
    expect(of('varchar')).toEqual(['string', undefined, undefined])
    expect(of('boolean')).toEqual(['yesno', undefined, undefined])
    expect(of('date')).toEqual(['time', false, 'date'])
    expect(of('timestamp')).toEqual(['time', false, 'timestamp'])
    expect(of('timestamptz')).toEqual(['time', undefined, 'timestamp'])
    expect(dimension_group.date?.timeframes).not.toContain('hour')
    // Looker would show NULL as No.
    expect(of('maybe')[0]).toBe('string')
  })

  it('hides what nobody reads: numbers of other things, documents and bytes', () => {
    const hidden = (name: string) =>
      Object.entries(view[name]?.dimension ?? {}).flatMap(([name, { hidden }]) =>
        hidden ? [name] : [],
      )
    expect(hidden('types')).toEqual(['document', 'bytes'])
    expect(hidden('public_order')).toEqual(['buyer_id', 'seller_id', 'parent_id'])
  })

  it('says what people wrote, which Looker neither runs nor ends at', () => {
    expect(view.public_order?.dimension?.amount?.description).toBe(
      `In "dollars" \\ { { price }} { % if %} \${TABLE} @ {c}; ; # end`,
    )
    const { description, group_label } = parsed(odd).explore.public_order ?? {}
    expect(description).toBe('Says "quotes", { { braces }}; ; and lines.')
    expect(group_label).toBe('The Shop')
    expect(parsed(odd).explore.types?.description).toBe('One of each type.')
  })

  it('measures what its table declares, else amounts and whole numbers', () => {
    const measures = (name: string) => Object.keys(view[name]?.measure ?? {})
    expect(measures('types')).toEqual(['count', 'all_of_it'])
    expect(measures('public_order')).toEqual(['count', 'total_amount', 'average_amount'])
    expect(measures('legacy_order')).toEqual(
      'count_of_rows total_a_b_2 total_a_b_3 total_total_a_b total_primary_key'.split(' '),
    )
  })

  it('is what a person would write', () => {
    const { generated } = projectWith(warehouse)
    const text = (file: string) => generated.get(`generated/${file}`) ?? ''
    expectGolden('sales_by_day.view.lkml', text('views/sales_by_day.view.lkml'))
    expectGolden('orders.explore.lkml', text('explores/orders.explore.lkml'))
    expectGolden('usher.model.lkml', text('usher.model.lkml'))
  })
})

describe('an explore', () => {
  const { explore } = parsed(odd)
  const joinsOf = (name: string) =>
    Object.entries(explore[name]?.join ?? {}).map(
      ([as, { from, relationship, sql_on }]) =>
        `${relationship} ${from ? `${from} as ` : ''}${as} on ${sql_on.trim().replaceAll('$', '')}`,
    )

  it('joins what its table refers to, under the name of the column where there are two', () => {
    expect(joinsOf('public_order')).toEqual([
      'many_to_one public_user as buyer on {public_order.buyer_id} = {buyer.id}',
      'many_to_one public_user as seller on {public_order.seller_id} = {seller.id}',
      'many_to_one public_order as parent on {public_order.parent_id} = {parent.id}',
      'many_to_one days on {public_order.day_raw} = {days.day_raw}',
    ])
  })

  it('guesses nothing: a column that may repeat is not joined, and that is said', () => {
    const text = projectWith(odd).generated.get('generated/explores/public_order.explore.lkml')
    expect(text).toContain(
      '# Not joined: public_order.word is in words.word, where nothing says that it is unique.',
    )
  })

  it('ends at a table that is joined twice', () => {
    expect(joinsOf('public_user')).toEqual([
      'many_to_one cities on {public_user.city_id} = {cities.id}',
    ])
    expect(joinsOf('public_order').join()).not.toContain('cities')
  })

  it('goes on to what that refers to, and knows where there is one row for one', () => {
    expect(joinsOf('legacy_order_2')).toEqual([
      'one_to_one public_order on {legacy_order_2.order_id} = {public_order.id}',
      'many_to_one public_user as buyer on {public_order.buyer_id} = {buyer.id}',
      'many_to_one public_user as seller on {public_order.seller_id} = {seller.id}',
      'many_to_one days on {public_order.day_raw} = {days.day_raw}',
    ])
  })

  it('is shown for facts and tables that stand alone, and hidden for what is joined', () => {
    const shown = Object.keys(explore).filter((name) => !explore[name]?.hidden)
    expect(shown.sort()).toEqual(
      'legacy_order legacy_order_2 pairs public_order public_user types usher_loads'.split(' '),
    )
  })

  it('fails for a table that is not exported', () => {
    const other = transform('other', { columns: { id: integer().primaryKey() }, query: sql`` })
    const own = transform('own', {
      columns: { id: integer() },
      query: sql``,
      joins: (rows) => [references(rows.id, other.id)],
    })
    expect(() => projectWith([own[definition]])).toThrow('own joins other, which is not exported')
  })
})

describe('a table', () => {
  const columns = { id: integer(), price: integer() }
  it.each([
    ['price', "the measure 'price' has the name of a column"],
    ['count', 'every table has the measure count'],
    ['Total', "the measure 'Total' must be lower-case letters"],
  ])('fails where it declares a measure %s', (name, problem) => {
    const declare = () =>
      transform('own', { columns, query: sql``, measures: (rows) => ({ [name]: sum(rows.price) }) })
    expect(declare).toThrow(`own: ${problem}`)
  })
})

describe('a comment', () => {
  it.each([
    ['/** One line. */\nexport const a = 1', 'One line.'],
    ['/**\n * Two\n * lines.\n */\nexport const a = 1', 'Two lines.'],
    ['/** Of another. */\nconst b = 1\n\nexport const a = 1', undefined],
    ['export const a = 1', undefined],
  ])('is that right above the export: %j', (text, comment) => {
    expect(commentOf(text, 'a')).toBe(comment)
  })
})
