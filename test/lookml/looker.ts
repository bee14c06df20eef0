import parser from 'lookml-parser'

/** A field of a view, as it was parsed. */
export interface Field {
  readonly type: string
  readonly sql?: string
  readonly timeframes?: readonly string[]
  readonly convert_tz?: boolean
  readonly datatype?: string
  readonly primary_key?: boolean
  readonly hidden?: boolean
  readonly description?: string
  readonly label?: string
  readonly drill_fields?: readonly string[]
}

type Fields = Readonly<Record<string, Field>>

export interface ParsedView {
  readonly sql_table_name: string
  readonly dimension?: Fields
  readonly dimension_group?: Fields
  readonly measure: Fields
  readonly set: { readonly detail: { readonly fields: readonly string[] } }
}

export interface Join {
  readonly from?: string
  readonly type: string
  readonly relationship: string
  readonly sql_on: string
}

export interface ParsedExplore {
  readonly hidden?: boolean
  readonly description?: string
  readonly group_label?: string
  readonly join?: Readonly<Record<string, Join>>
}

export interface ParsedTest {
  readonly explore_source: Readonly<
    Record<string, { column: Record<string, { field: string }>; sorts: object; limit: string }>
  >
  readonly assert: Readonly<Record<string, { expression: string }>>
}

/** What stands in the files of a project, by name. */
export interface Parsed {
  readonly view: Readonly<Record<string, ParsedView>>
  readonly explore: Readonly<Record<string, ParsedExplore>>
  readonly test: Readonly<Record<string, ParsedTest>>
  readonly model: Readonly<Record<string, unknown>>
}

/** Parses the files of a project with a parser that is not ours. Fails where one name is there twice. */
export function parseProject(files: ReadonlyMap<string, string>): Parsed {
  const parsed = { view: {}, explore: {}, test: {}, model: {} }
  for (const [name, text] of files) {
    if (!name.endsWith('.lkml')) continue
    const found = parse(name, text)
    if (name.endsWith('.model.lkml')) parsed.model = found
    for (const kind of ['view', 'explore', 'test'] as const) {
      const blocks = (found[kind] ?? {}) as Record<string, unknown>
      // The parser keeps the last of two blocks of one name.
      const written = [...text.matchAll(new RegExp(`^${kind}: `, 'gm'))].length
      const twice = Object.keys(blocks).filter((block) => block in parsed[kind])
      if (written !== Object.keys(blocks).length || twice.length > 0) {
        throw new Error(`${name}: ${twice} is there twice`)
      }
      Object.assign(parsed[kind], blocks)
    }
  }
  return parsed as Parsed
}

function parse(name: string, text: string): Record<string, unknown> {
  try {
    return parser.parse(text)
  } catch (error) {
    throw new Error(`${name}: ${error}`, { cause: error })
  }
}

/** The names of the fields that a view has: of a group, one for each timeframe. */
export const fieldNames = ({ dimension = {}, dimension_group = {}, measure }: ParsedView) => ({
  dimensions: [
    ...Object.keys(dimension),
    ...Object.entries(dimension_group).flatMap(([name, { timeframes = [] }]) =>
      timeframes.map((timeframe) => `${name}_${timeframe}`),
    ),
  ],
  measures: Object.keys(measure),
})

/** The views that an explore has, by the names they have there. */
export function viewsIn({ view, explore }: Parsed, name: string): ReadonlyMap<string, ParsedView> {
  const joins = Object.entries(explore[name]?.join ?? {})
  const views = [[name, name], ...joins.map(([as, { from = as }]) => [as, from])] as const
  return new Map(views.map(([as, from]) => [as as string, found(view[from as string], from)]))
}

const found = <T>(value: T | undefined, name: string | undefined): T => {
  if (value === undefined) throw new Error(`there is no ${name}`)
  return value
}

/** FROM with the joins of an explore, as Looker writes it for Redshift. */
export function fromSql(parsed: Parsed, name: string, { joined }: { joined: boolean }): string {
  const views = viewsIn(parsed, name)
  const table = (as: string) => `${found(views.get(as), as).sql_table_name.trim()} as ${as}`
  const joins = joined ? Object.entries(parsed.explore[name]?.join ?? {}) : []
  const lines = joins.map(([as, { type, sql_on }]) => {
    return `${type.replace('_', ' ').replace('outer', 'join')} ${table(as)} on ${substitute(sql_on, views)}`
  })
  return [`from ${table(name)}`, ...lines].join('\n')
}

/** The SQL of `view.field`, as Looker writes it for Redshift, for people in a time zone. */
export function fieldSql(
  views: ReadonlyMap<string, ParsedView>,
  field: string,
  zone = 'UTC',
): string {
  const [as = '', name = ''] = field.split('.')
  const { dimension = {}, dimension_group = {}, measure } = found(views.get(as), as)
  const own = (sql: string) =>
    substitute(sql, views)
      .replaceAll('$' + '{TABLE}', as)
      .trim()
  const plain = dimension[name]
  if (plain) return plain.type === 'yesno' ? yesno(own(plain.sql ?? '')) : own(plain.sql ?? '')
  const counted = measure[name]
  if (counted) return measureSql(counted, own)
  for (const [group, field] of Object.entries(dimension_group)) {
    const timeframe = name.startsWith(`${group}_`) ? name.slice(group.length + 1) : ''
    if (field.timeframes?.includes(timeframe)) return timeSql(field, timeframe, own, zone)
  }
  throw new Error(`there is no field ${field}`)
}

/** `${view.field}`, wherever it stands, is the SQL of that field. */
const substitute = (sql: string, views: ReadonlyMap<string, ParsedView>): string =>
  sql.replaceAll(/\$\{(\w+\.\w+)\}/g, (_, field) => fieldSql(views, field))

const yesno = (sql: string) => `case when ${sql} then 'Yes' else 'No' end`

function measureSql({ type, sql = '' }: Field, own: (sql: string) => string): string {
  const kinds: Record<string, string> = {
    count: 'count(*)',
    sum: `coalesce(sum(${own(sql)}), 0)`,
    average: `avg(${own(sql)})`,
    count_distinct: `count(distinct ${own(sql)})`,
  }
  return found(kinds[type], `measure of type ${type}`)
}

function timeSql(field: Field, timeframe: string, own: (sql: string) => string, zone: string) {
  const raw = own(field.sql ?? '')
  const at =
    field.convert_tz === false || zone === 'UTC'
      ? raw
      : `convert_timezone('UTC', '${zone}', ${raw})`
  const kinds: Record<string, string> = {
    raw,
    time: `to_char(${at}, 'YYYY-MM-DD HH24:MI:SS')`,
    hour: `to_char(date_trunc('hour', ${at}), 'YYYY-MM-DD HH24')`,
    hour_of_day: `cast(extract(hour from ${at}) as int)`,
    date: `to_char(date(${at}), 'YYYY-MM-DD')`,
    day_of_week: `to_char(${at}, 'Day')`,
    week: `to_char(date_trunc('week', ${at}), 'YYYY-MM-DD')`,
    month: `to_char(date_trunc('month', ${at}), 'YYYY-MM')`,
    quarter: `to_char(date_trunc('quarter', ${at}), 'YYYY-MM')`,
    year: `cast(extract(year from ${at}) as int)`,
  }
  return found(kinds[timeframe], `timeframe ${timeframe}`)
}
