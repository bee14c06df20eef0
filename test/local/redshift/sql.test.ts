import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startWarehouse } from './warehouse.ts'

describe('SQL', () => {
  let warehouse: Awaited<ReturnType<typeof startWarehouse>>
  beforeAll(async () => {
    warehouse = await startWarehouse()
    await warehouse.run(
      'create table t ("a" integer, "b" double precision, "c" decimal(10,2), "s" varchar(20), "attrs" super, "d" timestamp)',
      `insert into t values
        (7, 2.5, 1.25, 'hello World', json_parse('{"city":"Paris","n":[1,2]}'), '2026-11-23 10:11:12.345'),
        (2, 0.5, 2.50, null, null, null)`,
    )
  })
  afterAll(() => warehouse.stop())

  it.each([
    ['select 7 / 2, -7 / 2, 7 / 2.0, 7 % 3, mod(7, 4)', '3 -3 3.5 1 3'],
    [
      'select avg(a), avg(b), avg(c), sum(a) / count(*), 1.0 * sum(a) / 4 from t',
      '4 1.5 1.88 4 2.25',
    ],
    ['select max(n) from (select avg(a) over (partition by s) as n from t) x', '7'],
    [
      'select median(a), stddev_pop(a), count(distinct s), approximate count(distinct a) from t',
      '4.5 2.5 1 2',
    ],
    [
      "select nvl(s, 'z'), nvl2(s, 1, 2), decode(s, null, 'none', 'some') from t where a = 2",
      'z 2 none',
    ],
    ["select decode(7, 1, 'one', 7, 'seven'), coalesce(null, 5)", 'seven 5'],
    [
      "select 'abcdéf'::varchar(5), cast('x' as char(3)), 1.555::decimal(4,2), '5'::int + 1",
      'abcd x 1.56 6',
    ],
    ["select case when a > 2 then 'long' else 's' end::varchar(2) from t where a = 7", 'lo'],
    ["select t.attrs.city, attrs.n[1]::int + 1 from t where t.attrs.city = 'Paris'", 'Paris 3'],
    [
      `select json_extract_path_text('{"a":{"b":"x"}}', 'a', 'b'), json_extract_path_text('{"a":1}', 'z')`,
      'x null',
    ],
    [
      `select json_extract_array_element_text('["x","y"]', 1), json_array_length('[1,2]'), is_valid_json('{')`,
      'y 2 false',
    ],
    ['select trunc(1.567, 2), trunc(-1.9), trunc(d) from t where a = 7', '1.560 -1 2026-11-23'],
    [
      "select initcap('hELLO wORLD'), len('héé'), octet_length('héé'), left('abc', 2), right('abc', 2)",
      'Hello World 3 5 ab bc',
    ],
    [
      "select substring('abcdef', 0, 3), substring('abcdef' from 2 for 3), substr('abc', 2)",
      'ab bcd bc',
    ],
    ["select position('c' in 'abc'), charindex('b', 'abc'), strpos('abc', 'z')", '3 2 0'],
    [
      "select strtol('ff', 16), strtol('777', 8), md5('a')",
      '255 511 0cc175b9c0f1b6a831c399e269772661',
    ],
    [
      "select split_part('a,b', ',', 2), lpad('a', 3, 'x'), replace('abc', 'b', ''), reverse('abc')",
      'b xxa ac cba',
    ],
    [
      "select concat('a', null), 'a' || 'b', btrim(' a '), translate('abc', 'ab', 'x')",
      'null ab a xc',
    ],
    [
      "select regexp_substr('a1b22', '[0-9]+', 1, 2), regexp_replace('aab', 'a', 'x'), regexp_count('aXbX', 'X')",
      '22 xxb 2',
    ],
    [
      String.raw`select regexp_replace('John Smith', '(\\w+) (\\w+)', '$2 $1'), regexp_instr('abc', 'c')`,
      'Smith John 3',
    ],
    [
      "select 'abc' ~ 'b', 'abc' ~* 'B', 'abc' !~ 'b', 'abc' similar to '%b%', 'abc' not similar to 'b'",
      'true true false true true',
    ],
    [
      String.raw`select 'a_b' like 'a\\_b', 'axb' like 'a\\_b', 'it\'s', 'a\\b'`,
      String.raw`true false it's a\b`,
    ],
    [
      "select dateadd(month, 1, '2026-01-31'), datediff(day, '2026-01-01', '2026-02-01')",
      '2026-02-28 00:00:00 31',
    ],
    [
      "select date_part(dow, d), extract(hour from d), date_trunc('month', d), last_day(d) from t where a = 7",
      '1 10 2026-11-01 00:00:00 2026-11-30',
    ],
    [
      "select to_char(d, 'YYYY-MM-DD HH24:MI:SS'), to_char(d, 'Mon FMDD'), to_date('20260102', 'YYYYMMDD') from t where a = 7",
      '2026-11-23 10:11:12 Nov 23 2026-01-02',
    ],
    [
      "select convert_timezone('America/New_York', d), convert_timezone('UTC', 'Europe/Paris', d) from t where a = 7",
      '2026-11-23 05:11:12.345 2026-11-23 11:11:12.345',
    ],
    [
      "select add_months('2026-02-28', 1), months_between('2026-03-01', '2026-01-01')",
      '2026-03-31 00:00:00 2',
    ],
    [
      "select getdate() > '2020-01-01', sysdate > current_date - 1, datediff(s, getdate(), sysdate) < 2",
      'true true true',
    ],
    ["select listagg(a, '+') within group (order by a desc) from t", '7+2'],
    ['select top 1 a from t order by a desc', '7'],
    ['select a from t order by s limit 1', '7'],
    ['select a from t order by s desc limit 1', '2'],
    [
      'with x(n) as (select 1), y as (select n from x) select n + 1 from y qualify row_number() over (order by n) = 1',
      '2',
    ],
    [
      'select lag(a) ignore nulls over (order by a desc), ratio_to_report(a) over () > 0.2 from t order by a limit 1',
      '7 true',
    ],
    [
      'select count(*) from t t1 join t as t2 using (a) left join (select a from t) x(k) on x.k = t1.a',
      '2',
    ],
    [
      "select date '2026-01-01' + 1, date '2026-01-31' - date '2026-01-01', d + interval '1 day' from t where a = 7",
      '2026-01-02 30 2026-11-24 10:11:12.345',
    ],
    ['select A, "T"."B" from T where a = 7 -- a comment', '7 2.5'],
    ['select 1 minus select 2', '1'],
  ])('gives for %s what Redshift gives', async (sql, expected) => {
    const answer = warehouse.rows(sql).then(([row]) => row?.map(String).join(' '))
    expect(await answer).toBe(expected)
  })

  it.each([
    ['select 1 / 0', 'ERROR: Divide by zero'],
    ['select 1 % 0', 'ERROR: Divide by zero'],
    ['select a / (a - a) from t', 'ERROR: Divide by zero'],
    ["select farm_fingerprint('x')", 'does not know the function farm_fingerprint()'],
    ['select * from range(3)', 'does not know the function range()'],
    ["select * from 'file.csv'", 'syntax error at or near'],
    ["select to_char(1.5, '999.99')", 'does not know the pattern "999.99"'],
    ['select * from information_schema.columns', 'does not know information_schema'],
    ['select nope from t', 'column "nope" does not exist'],
    ['select * from nope', 'relation "nope" does not exist'],
    ['select * from other.nope', 'does not exist'],
    ["select 'x'::integer", "Invalid digit, Value 'x', Pos 0, Type: Integer"],
    ['select {1}', 'syntax error at or near "{"'],
    ['select a from t where', 'syntax error'],
    ["select 'unterminated", 'unterminated quoted string'],
    ['call something()', 'does not know the statement CALL'],
    ['select (select a from t)', 'more than one row returned by a subquery'],
  ])('refuses %s', async (sql, message) => {
    await expect(warehouse.rows(sql)).rejects.toThrow(message)
  })

  it('changes rows, and counts them', async () => {
    await warehouse.run('create table u ("id" integer, "n" integer)')
    const { SubStatements, Error: message } = await warehouse.batch(
      'insert into u values (1, 1), (2, 2), (3, 3)',
      'create temp table fresh ("id" integer, "n" integer)',
      'insert into fresh select 2, 20 union all select 4, 40',
      'delete from u using fresh where u.id = fresh.id',
      'insert into u ("id", "n") select "id", "n" from fresh',
      'update u set n = u.n + f.n from fresh f where u.id = f.id',
      'delete u where id = 1',
      'merge into u using fresh on u.id = fresh.id when matched then update set n = 0 when not matched then insert (id, n) values (fresh.id, fresh.n)',
    )
    expect(message).toBeUndefined()
    expect(SubStatements?.map(({ ResultRows }) => ResultRows)).toEqual([3, 0, 2, 1, 2, 2, 1, 2])
    expect(await warehouse.rows('select * from u order by id')).toEqual([
      ['2', '0'],
      ['3', '3'],
      ['4', '0'],
    ])
  })

  it('refuses a MERGE that Redshift refuses', async () => {
    await warehouse.run('create table m ("id" integer, "n" integer)', 'insert into m values (1, 1)')
    const merge = async (source: string, whens: string) =>
      (await warehouse.batch(`merge into m using (${source}) s on m.id = s.id ${whens}`)).Error
    const matched = 'when matched then update set n = s.n'
    const both = `${matched} when not matched then insert values (s.id, s.n)`
    const twice = 'select 1 as id, 2 as n union all select 1, 3'
    expect(await merge(twice, both)).toContain('Found multiple matches to update the same tuple')
    expect(await merge('select 1 as id, 2 as n', matched)).toContain('one WHEN MATCHED and one')
    expect(
      await merge('select 1 as id, 2 as n', both.replace('matched then', 'matched and 1 = 1 then')),
    ).toContain('no condition')
    expect(await merge('select 1 as id, 2 as n', both)).toBeUndefined()
  })

  it('refuses text that is too long for its column, and NULL where there is none', async () => {
    await warehouse.run(
      'create table strict ("v" varchar(3), "c" char(2), "n" integer not null default 1)',
    )
    const insert = (values: string) => warehouse.run(`insert into strict values (${values})`)
    await expect(insert(`'éé', 'a', 1`)).rejects.toThrow(
      'value too long for type character varying(3)',
    )
    await expect(insert(`'a', 'abc', 1`)).rejects.toThrow('value too long for type character(2)')
    await expect(insert(`'a', 'a', null`)).rejects.toThrow(
      'Cannot insert a NULL value into column n',
    )
    await insert(`'é', 'a', 1`)
    await expect(warehouse.run(`update strict set v = 'long'`)).rejects.toThrow('value too long')
    await expect(warehouse.run('insert into strict values (1, 2, 99999999999)')).rejects.toThrow(
      'ERROR',
    )
    expect(await warehouse.rows('select * from strict')).toEqual([['é', 'a', '1']])
  })
})
