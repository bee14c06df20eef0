/** The schema, in memory, that holds what Redshift has and DuckDB has not. */
export const SYSTEM = 'memory.redshift'

const LETTERS = "'0123456789abcdefghijklmnopqrstuvwxyz'"

/** Redshift's functions in DuckDB's SQL: name, parameters, bodies. An operator is a function too. */
export const MACROS: readonly string[] = [
  // With integer_division on, DuckDB reads `/` as `//`.
  `"//"(a, b) as case when b = 0 then error('ERROR: Divide by zero') else divide(a, b) end`,
  `"%"(a, b) as case when b = 0 then error('ERROR: Divide by zero') else system.main.mod(a, b) end`,
  `mod(a, b) as case when b = 0 then error('ERROR: Divide by zero') else system.main.mod(a, b) end`,
  // DuckDB's `~` asks whether all of the text matches.
  `regexp_full_match(a, b) as regexp_matches(a, b)`,
  `redshift_similar(p) as '^(?:' || replace(replace(p, '%', '.*'), '_', '.') || ')$'`,
  `redshift_average(total, n) as cast_to_type(total / nullif(n, 0), total)`,
  `redshift_text(s, n) as case when s is null or strlen(s) <= n then s else left(s, list_max(
    list_filter(range(0, n + 1), lambda k : strlen(left(s, k)) <= n))) end`,
  `redshift_trunc(a timestamp) as cast(a as date), (a timestamptz) as cast(a as date),
    (a date) as a, (a bigint) as a, (a double) as system.main.trunc(a), (a) as cast_to_type(system.main.trunc(a), a),
    (a, n) as cast_to_type(system.main.trunc(a * power(10, n)) / power(10, n), a)`,
  `redshift_initcap(s) as array_to_string(list_transform(
    regexp_extract_all(lower(s), '[\\p{L}\\p{N}]+|[^\\p{L}\\p{N}]+'),
    lambda w : upper(left(w, 1)) || substr(w, 2)), '')`,
  `redshift_substring(s, p) as substr(s, greatest(p, 1)),
    (s, p, n) as case when p >= 1 then substr(s, p, greatest(n, 0))
      else substr(s, 1, greatest(p + n - 1, 0)) end`,
  `redshift_strtol(s, base) as list_reduce(list_prepend(0::bigint, list_transform(
    string_split(lower(s), ''), lambda c : case when strpos(${LETTERS}, c) between 1 and base
      then strpos(${LETTERS}, c) - 1
      else error('ERROR: The input ' || s || ' is not valid to be converted to base ' || base) end
    )), lambda a, d : a * base + d)`,
  `redshift_regexp_substr(s, p, start, n) as
    coalesce(regexp_extract_all(substr(s, start), p)[n], case when s is not null then '' end)`,
  `redshift_regexp_instr(s, p) as
    case when regexp_matches(s, p) then strpos(s, regexp_extract(s, p)) else 0 end`,
  `redshift_references(r) as regexp_replace(replace(r, '\\', '\\\\'), '\\$(\\d)', '\\\\\\1', 'g')`,
  `redshift_json_key(j, k) as case when json_type(j) = 'OBJECT'
    then json_extract(j, '/' || replace(replace(k, '~', '~0'), '/', '~1')) end`,
  `redshift_date_add(part, n, t) as case part
    when 'millennium' then t + to_millennia(n) when 'century' then t + to_centuries(n)
    when 'decade' then t + to_decades(n) when 'year' then t + to_years(n)
    when 'quarter' then t + to_months(3 * n) when 'month' then t + to_months(n)
    when 'week' then t + to_weeks(n)
    when 'hour' then t + to_hours(n) when 'minute' then t + to_minutes(n)
    when 'second' then t + to_seconds(n) when 'millisecond' then t + to_microseconds(1000 * n)
    when 'microsecond' then t + to_microseconds(n) else t + to_days(n) end`,
  // The last day of a month plus months is the last day of that one.
  `redshift_add_months(t, n) as case when cast(t as date) = last_day(t)
    then last_day(t + to_months(n)) + (t - date_trunc('day', t)) else t + to_months(n) end`,
  `redshift_months_between(a, b) as case
    when day(a) = day(b) or (cast(a as date) = last_day(a) and cast(b as date) = last_day(b))
    then cast((year(a) - year(b)) * 12 + month(a) - month(b) as double)
    else (year(a) - year(b)) * 12 + month(a) - month(b)
      + (epoch(a - date_trunc('month', a)) - epoch(b - date_trunc('month', b))) / 2678400.0 end`,
]
