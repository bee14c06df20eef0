import { SqlError, unknownHere } from '../error.ts'
import { datePart, partOf, toChar, toPattern } from './dates.ts'
import { quoteText, type Token } from './token.ts'
import { type Context, translate } from './translate.ts'

/** A function call: its arguments in DuckDB's words, and what stands behind its parenthesis. */
export interface Call {
  readonly name: string
  readonly raw: readonly (readonly Token[])[]
  readonly args: readonly string[]
  readonly distinct: boolean
  /** Of WITHIN GROUP (ORDER BY …). */
  readonly order: string | undefined
  readonly nulls: string
  readonly over: string
  readonly session: Context
}

type Rule = (call: Call) => string

const arity = ({ name, args }: Call, ...counts: readonly number[]): void => {
  if (counts.includes(args.length)) return
  throw unknownHere(`${name}() with ${args.length} argument${args.length === 1 ? '' : 's'}`)
}

/** The text of an argument that must be written out: a format, a path. */
function literalOf({ name, raw }: Call, index: number): string {
  const [token, ...others] = raw[index] ?? []
  if (token?.kind === 'string' && others.length === 0) return token.value
  throw unknownHere(`${name}() with anything but a text in quotes as argument ${index + 1}`)
}

/** A function of the same meaning in DuckDB, under the same name or another. */
const native =
  (name?: string): Rule =>
  (call) => {
    if (call.order !== undefined) throw unknownHere(`${call.name}() WITHIN GROUP`)
    const inside = `${call.distinct ? 'distinct ' : ''}${call.args.join(', ')}${call.nulls}`
    return `${name ?? call.name}(${inside})${call.over}`
  }

/** A scalar in a template: `$1` and `$2` are its arguments. */
const as = (template: string, ...counts: readonly number[]): Rule => {
  const most = Math.max(0, ...[...template.matchAll(/\$(\d)/g)].map(([, digit]) => Number(digit)))
  return (call) => {
    arity(call, ...(counts.length > 0 ? counts : [most]))
    return `(${template.replaceAll(/\$(\d)/g, (_, digit) => call.args[digit - 1] ?? 'null')})`
  }
}

const withinGroup: Rule = ({ name, args, order, over }) => {
  if (order === undefined) throw new SqlError(`${name}() needs WITHIN GROUP (ORDER BY …)`)
  if (over) throw unknownHere(`${name}() as a window function`)
  return `${name}(${args.join(', ')}) within group (order by ${order})`
}

const listagg: Rule = ({ args: [text, separator = "''"], distinct, order, over }) => {
  const sorted = order === undefined ? '' : ` order by ${order}`
  return `string_agg(${distinct ? 'distinct ' : ''}cast(${text} as varchar), ${separator}${sorted})${over}`
}

/** Of whole numbers it is a whole number, of decimals one of the same scale. */
const average: Rule = ({ args: [value], distinct, over }) => {
  const of = `${distinct ? 'distinct ' : ''}${value}`
  return `redshift_average(sum(${of})${over}, count(${of})${over})`
}

const decode: Rule = ({ args: [value, ...rest] }) => {
  const whens: string[] = []
  for (let i = 0; i + 1 < rest.length; i += 2) {
    whens.push(`when ${value} is not distinct from ${rest[i]} then ${rest[i + 1]}`)
  }
  const fallback = rest.length % 2 === 1 ? ` else ${rest.at(-1)}` : ''
  return `(case ${whens.join(' ')}${fallback} end)`
}

const extract: Rule = ({ raw: [tokens = []], session }) => {
  if (tokens[1]?.value !== 'from') throw new SqlError('EXTRACT needs a date part and FROM')
  const part = partOf(tokens.slice(0, 1))
  return `cast(floor(${datePart(part, translate(tokens.slice(2), session))}) as bigint)`
}

const substring: Rule = (call) => {
  const tokens = call.raw[0] ?? []
  const from = tokens.findIndex(({ kind, value }) => kind === 'word' && value === 'from')
  if (from < 0) {
    arity(call, 2, 3)
    return `redshift_substring(${call.args.join(', ')})`
  }
  const to = tokens.findIndex(({ kind, value }) => kind === 'word' && value === 'for')
  const piece = (start: number, end?: number) => translate(tokens.slice(start, end), call.session)
  const ends = to < 0 ? [piece(from + 1)] : [piece(from + 1, to), piece(to + 1)]
  return `redshift_substring(${[piece(0, from), ...ends].join(', ')})`
}

const position: Rule = ({ raw: [tokens = []], session }) => {
  const at = tokens.findIndex(({ kind, value }) => kind === 'word' && value === 'in')
  if (at < 0) throw new SqlError('POSITION needs IN')
  const [part, whole] = [tokens.slice(0, at), tokens.slice(at + 1)]
  return `strpos(${translate(whole, session)}, ${translate(part, session)})`
}

const jsonPath: Rule = ({ args: [json, ...path] }) => {
  const lax = /^(true|false)$/.test(path.at(-1) ?? '') ? path.pop() === 'true' : false
  const parsed = `${lax ? 'try_cast' : 'cast'}(nullif(${json}, '') as json)`
  return path.reduce((found, key) => `redshift_json_key(${found}, ${key})`, parsed).concat(`->>'$'`)
}

const alike = (names: string): Record<string, Rule> =>
  Object.fromEntries(
    names
      .trim()
      .split(/\s+/)
      .map((name) => [name, native()]),
  )

/** Every function that a statement may call: one line for each that DuckDB calls otherwise. */
export const functions: Readonly<Record<string, Rule>> = {
  ...alike(`
    abs ceil ceiling floor sqrt cbrt exp ln sign sin cos tan asin acos atan atan2 cot degrees radians
    pi power pow random round greatest least coalesce nullif upper lower length replace reverse left
    right ltrim rtrim trim split_part md5 repeat translate ascii chr strpos to_hex mod
    count sum min max any_value bool_and bool_or bit_and bit_or median stddev stddev_samp stddev_pop
    variance var_samp var_pop row_number rank dense_rank percent_rank cume_dist ntile lag lead
    first_value last_value nth_value grouping
  `),
  avg: average,
  btrim: native('trim'),
  char_length: native('length'),
  character_length: native('length'),
  charindex: as('strpos($2, $1)'),
  concat: as('$1 || $2'),
  current_database: as("'warehouse'", 0),
  current_schema: as("'public'", 0),
  decode,
  dlog1: native('ln'),
  dlog10: native('log10'),
  from_hex: native('from_hex'),
  func_sha1: native('sha1'),
  initcap: native('redshift_initcap'),
  len: native('length'),
  listagg,
  log: native('log10'),
  lpad: as("lpad($1, $2, coalesce($3, ' '))", 2, 3),
  nvl: native('coalesce'),
  nvl2: as('case when $1 is not null then $2 else $3 end'),
  octet_length: as('strlen(cast($1 as varchar))'),
  percentile_cont: withinGroup,
  percentile_disc: withinGroup,
  pg_last_copy_count: ({ session }) => `cast(${session.lastCopyCount} as bigint)`,
  pg_last_copy_id: ({ session }) => `cast(${session.lastCopyId} as bigint)`,
  position,
  quote_ident: as(`'"' || replace($1, '"', '""') || '"'`),
  quote_literal: as(`'''' || replace($1, '''', '''''') || ''''`),
  ratio_to_report: ({ args: [value], over }) =>
    `(cast(${value} as double) / nullif(sum(${value})${over}, 0))`,
  replicate: native('repeat'),
  rpad: as("rpad($1, $2, coalesce($3, ' '))", 2, 3),
  sha: native('sha1'),
  sha1: native(),
  sha2: (call) => {
    if (call.raw[1]?.[0]?.value !== '256') throw unknownHere('sha2() of other than 256 bits')
    return `sha256(${call.args[0]})`
  },
  strtol: native('redshift_strtol'),
  substr: substring,
  substring,
  trunc: native('redshift_trunc'),

  regexp_count: as('len(regexp_extract_all($1, $2))'),
  regexp_instr: as('redshift_regexp_instr($1, $2)'),
  regexp_replace: (call) => {
    arity(call, 2, 3)
    const [text, pattern, by = "''"] = call.args
    return `regexp_replace(${text}, ${pattern}, redshift_references(${by}), 'g')`
  },
  regexp_substr: as('redshift_regexp_substr($1, $2, coalesce($3, 1), coalesce($4, 1))', 2, 3, 4),

  can_json_parse: native('json_valid'),
  get_array_length: as('cast(json_array_length($1) as bigint)'),
  is_valid_json: native('json_valid'),
  json_array_length: as('cast(json_array_length(cast($1 as json)) as bigint)'),
  json_extract_array_element_text: as("(cast($1 as json) -> cast($2 as bigint))->>'$'"),
  json_extract_path_text: jsonPath,
  json_parse: as('cast($1 as json)'),
  json_serialize: as('cast($1 as varchar)'),

  add_months: as('redshift_add_months(cast($1 as timestamp), $2)'),
  convert_timezone: (call) => {
    arity(call, 2, 3)
    const [from, to, at] = call.args.length === 2 ? ["'UTC'", ...call.args] : call.args
    return `(cast(${at} as timestamp) at time zone ${from} at time zone ${to})`
  },
  date: as('cast($1 as date)'),
  date_add: (call) => functions.dateadd?.(call) ?? '',
  date_diff: (call) => functions.datediff?.(call) ?? '',
  date_part: ({ raw, args }) => `cast(${datePart(partOf(raw[0]), args[1] ?? '')} as double)`,
  date_part_year: as('year($1)'),
  date_trunc: ({ raw, args }) => `date_trunc('${partOf(raw[0])}', cast(${args[1]} as timestamp))`,
  dateadd: ({ raw, args: [, count, moment] }) =>
    `redshift_date_add('${partOf(raw[0])}', cast(${count} as bigint), cast(${moment} as timestamp))`,
  datediff: ({ raw, args: [, from, to] }) =>
    `date_diff('${partOf(raw[0])}', cast(${from} as timestamp), cast(${to} as timestamp))`,
  extract,
  last_day: as('last_day(cast($1 as timestamp))'),
  getdate: as("date_trunc('second', cast(now() as timestamp))", 0),
  months_between: as('redshift_months_between(cast($1 as timestamp), cast($2 as timestamp))'),
  timezone: as('$2 at time zone $1'),
  to_char: (call) => toChar(call.args[0] ?? '', literalOf(call, 1)),
  to_date: (call) =>
    `cast(strptime(${call.args[0]}, ${quoteText(toPattern(literalOf(call, 1)))}) as date)`,
  to_timestamp: (call) =>
    `cast(strptime(${call.args[0]}, ${quoteText(toPattern(literalOf(call, 1)))}) as timestamptz)`,
}
