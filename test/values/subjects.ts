import * as lib from '#lib'
import type { Column } from '../../lib/table/column.ts'
import type { RuleName } from './rules.ts'

/** A value, as MySQL's SQL writes it, and the rule that it comes under, where it is not to arrive as it is. */
export type Case = string | readonly [value: string, rule: RuleName]

/** A column of MySQL, and what it is to hold. */
export interface Subject {
  /** What MySQL calls its type: `bigint(20) unsigned`. */
  readonly type: string
  readonly cases: readonly Case[]
  /** What it is declared as, where that is not what `usher mirror` says. */
  readonly declared?: Column
  /** Whether it takes no NULL in the warehouse; it always does in MySQL. */
  readonly notNull?: boolean
}

const { bigint, boolean, char, date, decimal, double, integer, real, smallint, super_ } = lib
const { time, timestamp, timestamptz, varbyte, varchar } = lib

const cases = (values: string): string[] => values.trim().split(/\s+/)
const refused = (rule: RuleName, ...values: readonly string[]): Case[] =>
  values.map((value) => [value, rule])

const hex = (text: string): string => `x'${Buffer.from(text).toString('hex')}'`
/** Text of MySQL, whatever it holds. */
const utf8 = (text: string): string => `CONVERT(${hex(text)} USING utf8mb4)`
const moments = (...texts: readonly string[]): string[] => texts.map((text) => `'${text}'`)

const numbers: readonly Subject[] = [
  { type: 'tinyint', cases: cases('-128 -1 0 1 127 NULL') },
  { type: 'tinyint unsigned', cases: cases('0 128 255') },
  { type: 'tinyint(1)', cases: cases('0 1 -1 2 127') },
  {
    type: 'tinyint(1)',
    declared: boolean(),
    cases: ['0', '1', ...refused('not of its type', '2', '-1')],
  },
  { type: 'smallint', cases: cases('-32768 0 32767') },
  { type: 'smallint unsigned', cases: cases('0 32768 65535') },
  {
    type: 'smallint unsigned',
    declared: smallint(),
    cases: ['32767', ...refused('out of range', '32768')],
  },
  { type: 'mediumint', cases: cases('-8388608 0 8388607') },
  { type: 'mediumint unsigned', cases: cases('0 8388608 16777215') },
  { type: 'int', cases: cases('-2147483648 -1 0 2147483647') },
  { type: 'int(10) unsigned zerofill', cases: cases('0 7 2147483648 4294967295') },
  {
    type: 'int unsigned',
    declared: integer(),
    cases: ['2147483647', ...refused('out of range', '2147483648', '4294967295')],
  },
  {
    type: 'bigint',
    cases: cases('-9223372036854775808 -9007199254740993 0 9007199254740993 9223372036854775807'),
  },
  {
    type: 'bigint unsigned',
    cases: cases('0 9223372036854775807 9223372036854775808 18446744073709551615'),
  },
  {
    type: 'bigint unsigned',
    declared: bigint(),
    cases: [
      '9223372036854775807',
      ...refused('out of range', '9223372036854775808', '18446744073709551615'),
    ],
  },
  { type: 'bigint', declared: double(), cases: cases('0 -1 4503599627370497') },
  { type: 'bigint', declared: varchar(20), cases: cases('-9223372036854775808 0') },
  { type: 'decimal(10,2)', cases: cases('-99999999.99 -0.01 0 0.10 99999999.99') },
  { type: 'decimal(10,2) unsigned', cases: cases('0 99999999.99') },
  { type: 'decimal(38,0)', cases: [`${'9'.repeat(38)}`, `-${'9'.repeat(38)}`, '0'] },
  {
    type: 'decimal(38,30)',
    cases: ['0.000000000000000000000000000001', `-99999999.${'9'.repeat(30)}`],
  },
  {
    type: 'decimal(65,30)',
    cases: [
      `${'9'.repeat(35)}.${'9'.repeat(30)}`,
      `-${'9'.repeat(35)}.${'9'.repeat(30)}`,
      '0',
      '-0',
    ],
  },
  {
    type: 'decimal(65,0)',
    declared: decimal(38, 0),
    cases: ['9'.repeat(38), ...refused('out of range', `1${'0'.repeat(38)}`, '9'.repeat(65))],
  },
  {
    type: 'decimal(12,4)',
    declared: decimal(12, 2),
    cases: ['1.2300', ...refused('too many decimals', '1.2345')],
  },
  { type: 'decimal(10,2)', declared: integer(), cases: refused('not of its type', '7.00', '7.50') },
  {
    type: 'float',
    cases: cases(
      '0 -0e0 0.1 -3.4028234663852886e38 3.4028234663852886e38 1.17549435e-38 1.4e-45 16777217 123456.789',
    ),
  },
  { type: 'float', declared: double(), cases: cases('0.1 16777216 3.4028234663852886e38') },
  {
    type: 'double',
    cases: cases(
      '0 -0e0 0.1 1.7976931348623157e308 -1.7976931348623157e308 2.2250738585072014e-308 5e-324 9007199254740993 1e22',
    ),
  },
  {
    type: 'double',
    declared: real(),
    cases: [...cases('0 0.5 1e38'), ...refused('out of range', '1e39', '1e-60')],
  },
  { type: 'bit(1)', cases: ["b'0'", "b'1'"] },
  { type: 'bit(8)', cases: ["b'0'", "b'10'", "b'11111111'"] },
  { type: 'bit(64)', cases: ["b'0'", `b'1${'0'.repeat(63)}'`, `b'${'1'.repeat(64)}'`] },
  {
    type: 'bit(64)',
    declared: bigint(),
    cases: ["b'1'", ...refused('out of range', `b'1${'0'.repeat(63)}'`)],
  },
  { type: 'year', cases: cases('1901 1970 2026 2155 0000') },
]

const dates: readonly Subject[] = [
  {
    type: 'date',
    cases: [
      ...moments(
        '1000-01-01',
        '0001-01-01',
        '1582-10-10',
        '1970-01-01',
        '2024-02-29',
        '9999-12-31',
      ),
      ...refused('zero date', ...moments('0000-00-00', '2026-00-15', '2026-11-00', '0000-01-01')),
      ...refused('not of its type', ...moments('2026-02-29', '2026-02-31', '2026-04-31')),
    ],
  },
  {
    type: 'date',
    declared: date(),
    notNull: true,
    cases: refused('zero date', ...moments('0000-00-00', '2026-11-00')),
  },
  { type: 'date', declared: timestamp(), cases: moments('2026-11-23') },
  {
    type: 'date',
    declared: varchar(10),
    cases: [...moments('2026-11-23'), ...refused('zero date', "'0000-00-00'")],
  },
  ...[0, 1, 2, 3, 4, 5, 6].map(
    (digits): Subject => ({
      type: `datetime(${digits})`,
      cases: moments(
        '1000-01-01 00:00:00',
        '9999-12-31 23:59:59',
        '2026-03-29 02:30:00',
        `2026-11-23 10:00:00.${'123456'.slice(0, digits)}`.replace(/\.$/, ''),
      ),
    }),
  ),
  {
    type: 'datetime(6)',
    cases: [
      ...moments('9999-12-31 23:59:59.999999', '0001-01-01 00:00:00.000001'),
      ...refused(
        'zero date',
        ...moments(
          '0000-00-00 00:00:00',
          '0000-00-00 00:00:00.5',
          '2026-11-00 10:00:00',
          '2026-00-00 23:59:59.999999',
        ),
      ),
      ...refused('not of its type', ...moments('2026-02-30 10:00:00')),
    ],
  },
  {
    type: 'datetime',
    declared: timestamptz(),
    cases: moments('2026-10-25 02:30:00', '9999-12-31 23:59:59'),
  },
  {
    type: 'datetime',
    declared: date(),
    cases: refused('not of its type', ...moments('2026-10-25 00:00:00')),
  },
  {
    type: 'timestamp(6)',
    cases: [
      ...moments(
        '1970-01-01 00:00:01',
        '1970-01-01 00:00:00.000001',
        '2038-01-19 03:14:07.999999',
        '2026-03-29 01:30:00',
        '2026-10-25 00:30:00',
        '2026-10-25 01:30:00',
      ),
      ...refused('zero date', "'0000-00-00 00:00:00'"),
    ],
  },
  { type: 'timestamp', declared: timestamp(), cases: moments('2026-10-25 01:30:00') },
  {
    type: 'time(6)',
    cases: moments(
      '00:00:00',
      '-838:59:59.999999',
      '838:59:59.999999',
      '-00:00:00.000001',
      '24:00:00',
      '23:59:59.999999',
    ),
  },
  {
    type: 'time',
    declared: time(),
    cases: [
      ...moments('00:00:00', '23:59:59'),
      ...refused('not of its type', ...moments('24:00:00', '-01:00:00', '838:59:59', '-838:59:59')),
    ],
  },
]

const ODD_TEXTS = [
  '',
  ' ',
  '0',
  '-0',
  '1e3',
  'NaN',
  'Infinity',
  '-inf',
  'NULL',
  'null',
  '\\N',
  '"\\N"',
  '\\',
  '\\\\',
  "'",
  '"',
  '""',
  '","',
  ',',
  'a,b',
  '\n',
  '\r',
  '\r\n',
  '\nlead',
  'trail\n',
  '\t',
  ' lead',
  'trail  ',
  'a\u001ab',
  '\u007f',
  '\u0085',
  '\u2028',
  '\ufeff',
  '\ufeffbom',
  'é',
  'e\u0301',
  '€',
  '日本語',
  '한국어',
  '\ud7ff',
  '\ue000',
  '\ufffd',
  '\uffff',
  '😀',
  '👨‍👩‍👧‍👦',
  'مرحبا',
  'true',
  'x'.repeat(63),
  'é'.repeat(127),
]

const texts: readonly Subject[] = [
  {
    type: 'varchar(255) CHARACTER SET utf8mb4',
    cases: [
      ...ODD_TEXTS.map(utf8),
      'NULL',
      `REPEAT(${utf8('😀')}, 255)`,
      ...refused('NUL', utf8('a\0b'), utf8('\0'), utf8('\0é"\0')),
      ...refused('surrogate', "x'eda080'", "x'61edbfbf62'", "x'eda0bdedb880'", "x'ed9fbfeda08022'"),
      ...refused('NULL marker', "'NULL_0123abcd'"),
    ],
  },
  {
    type: 'varchar(255) CHARACTER SET utf8mb4',
    declared: varchar(5),
    cases: [utf8('é€'), ...refused('too long', utf8('é€a'), "'123456'")],
  },
  {
    type: 'varchar(255) CHARACTER SET utf8mb4',
    declared: varchar(5).truncated(),
    cases: [utf8('é€'), [utf8('é€a'), 'cut'], [utf8('1234é'), 'cut'], ["'123456'", 'cut']],
  },
  { type: 'varchar(10)', declared: varchar(30), notNull: true, cases: refused('NULL', 'NULL') },
  {
    type: 'varchar(20)',
    declared: char(20),
    cases: ["'plain'", "''", "'a\"b'", ...refused('not ASCII', utf8('é'))],
  },
  {
    type: 'varchar(20)',
    declared: boolean(),
    cases: ["'0'", "'1'", ...refused('not of its type', "'true'", "''", "'yes'")],
  },
  {
    type: 'varchar(400)',
    declared: double(),
    cases: [
      "'1e3'",
      "'-0'",
      "'.5'",
      ...refused('not of its type', "'NaN'", "'Infinity'", "''", "' 1'"),
      ...refused('out of range', "'1e400'", "'1e-400'"),
    ],
  },
  {
    type: 'varchar(20)',
    declared: bigint(),
    cases: ["'007'", ...refused('not of its type', "'1e3'", "''", "' 7'", "'+7'")],
  },
  {
    type: 'varchar(40)',
    declared: timestamptz(),
    cases: ["'2026-11-23 10:00:00'", ...refused('not of its type', "'today'", "''")],
  },
  {
    type: 'varchar(60)',
    declared: super_(),
    cases: [
      '\'{"a": [1, null]}\'',
      "'null'",
      '\'"text"\'',
      ...refused('not JSON', "'{a'", "''", "'NaN'"),
    ],
  },
  {
    type: 'varchar(255) CHARACTER SET utf8mb3',
    cases: [utf8('é€日本'), "'trail '", ...refused('surrogate', "x'edb080'")],
  },
  { type: 'varchar(20) CHARACTER SET utf16', cases: ["x'd83dde00'", "REPEAT(x'd83dde00', 20)"] },
  { type: 'varchar(20) CHARACTER SET ucs2', cases: ["'a'", ...refused('surrogate', "x'd800'")] },
  {
    type: 'varchar(40) CHARACTER SET latin1',
    cases: [
      "x'80'",
      "x'81'",
      "x'8d'",
      "x'9f'",
      "x'a0'",
      "x'ff'",
      "x'e9'",
      "x'e282ac'",
      ...refused('NUL', "x'6100e9'"),
    ],
  },
  { type: 'varchar(40) CHARACTER SET latin2', cases: ["x'b1e6ea'"] },
  { type: 'varchar(40) CHARACTER SET cp1251', cases: ["x'cff0e8e2e5f2'"] },
  { type: 'varchar(40) CHARACTER SET sjis', cases: ["x'93fa967b'"] },
  { type: 'varchar(40) CHARACTER SET ascii', cases: ["'plain'", "''", "x'7f'"] },
  { type: 'varchar(40) COLLATE utf8mb4_bin', cases: ["'A'", "'a '", utf8('😀')] },
  { type: 'char(10)', cases: ["'abc'", "'trail  '", "''", utf8('é€😀'), "' lead'"] },
  { type: 'char(255) CHARACTER SET ascii', cases: ["'x'", "REPEAT('x', 255)"] },
  { type: "enum('a','b,c','d\"e','','é')", cases: ["'a'", "'b,c'", "'d\"e'", "''", utf8('é')] },
  { type: "set('x','y','z')", cases: ["''", "'x'", "'x,z'", "'x,y,z'"] },
  { type: 'tinytext', cases: ["''", "REPEAT('x', 255)"] },
  {
    type: 'uuid',
    cases: ["'123e4567-e89b-12d3-a456-426614174000'", "'00000000-0000-0000-0000-000000000000'"],
  },
  {
    type: 'inet6',
    cases: [
      "'::1'",
      "'2001:db8::ff00:42:8329'",
      "'::ffff:192.0.2.128'",
      "'2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff'",
    ],
  },
  { type: 'inet4', cases: ["'0.0.0.0'", "'255.255.255.255'"] },
]

const bytes: readonly Subject[] = [
  { type: 'binary(4)', cases: ["x'00000000'", "x'ff'", "x'deadbeef'"] },
  {
    type: 'varbinary(200)',
    cases: ["''", "x'00'", "x'ff00fe22270a0d2c'", "'NULL_0123abcd'", "x'eda080'", 'NULL'],
  },
  {
    type: 'varbinary(200)',
    declared: varbyte(2),
    cases: ["x'ffff'", ...refused('too long', "x'ffffff'")],
  },
  {
    type: 'varbinary(200)',
    declared: varchar(200),
    cases: refused('not of its type', "x'ff'", "'plain'"),
  },
  { type: 'tinyblob', cases: ["''", "REPEAT(x'ff', 255)"] },
  { type: 'blob', cases: ["x'00'", "REPEAT(x'a5', 1000)", ...refused('empty bytes', "''")] },
  { type: 'varchar(20)', declared: varbyte(80), cases: [utf8('é'), "''"] },
  {
    type: 'geometry',
    cases: ["ST_GeomFromText('POINT(1 2)')", "ST_GeomFromText('POLYGON((0 0,1 0,1 1,0 0))', 4326)"],
  },
  { type: 'point', cases: ["ST_GeomFromText('POINT(-0.5 1e300)')"] },
]

const json = (text: string): string => utf8(text)
const documents: readonly Subject[] = [
  {
    type: 'json',
    cases: [
      ...[
        'null',
        'true',
        '0',
        '-0',
        '""',
        '[]',
        '{}',
        '{"a": {"b": [1, 2.50, "x"]}}',
        '{"id": 9007199254740993}',
        '{"n": 12345678901234567890123456789}',
      ].map(json),
      ...[
        '{"a":1,"a":2}',
        '{"__proto__": {"x": 1}}',
        '{"": ""}',
        '"\\u00e9\\ud83d\\ude00 é"',
        '"\\\\u0000"',
        '{"q": "\\"quoted\\", \\\\N"}',
        ' [ 1 ,\n 2 ] ',
        `${'['.repeat(30)}${']'.repeat(30)}`,
      ].map(json),
      'NULL',
      `JSON_QUOTE(REPEAT('x', 65535))`,
      ...refused('NUL', json('"a\\u0000b"'), json('{"a\\u0000": "\\\\\\u0000"}')),
      ...refused(
        'string in SUPER',
        `JSON_QUOTE(REPEAT('x', 65536))`,
        `JSON_ARRAY(REPEAT('é', 40000))`,
      ),
    ],
  },
  {
    type: 'longtext',
    declared: super_(),
    cases: [
      json('{"a": "\\ud83d\\ude00"}'),
      ...refused(
        'surrogate',
        json('"\\ud800"'),
        json('{"\\udc00": "a\\ud83d"}'),
        json('"\\ude00\\ud83d"'),
      ),
      ...refused('not JSON', "''", json('1e'), json('{"a":1}x')),
    ],
  },
  { type: 'json', declared: varchar(100), cases: [json('{"a":  1}')] },
]

/** Values that are too large to stand beside others in a row. */
const large: readonly Subject[] = [
  { type: 'varchar(16000)', cases: [`REPEAT(${utf8('😀')}, 16000)`, "REPEAT('\"', 16000)"] },
  { type: 'text', cases: ["REPEAT('x', 65535)", `REPEAT(${utf8('é')}, 32767)`] },
  {
    type: 'text CHARACTER SET latin1',
    cases: [
      "REPEAT(x'e9', 32767)",
      ...refused('too long', "REPEAT(x'e9', 32768)", "REPEAT(x'80', 65535)"),
    ],
  },
  {
    type: 'mediumtext',
    cases: [
      "REPEAT('x', 65535)",
      ...refused('too long', "REPEAT('x', 65536)", `REPEAT(${utf8('é')}, 32768)`),
    ],
  },
  {
    type: 'longtext',
    cases: ["CONCAT(REPEAT('x', 65534), '\\n')", ...refused('too long', "REPEAT('x', 16777216)")],
  },
  {
    type: 'mediumblob',
    cases: [
      "REPEAT(x'0a', 2000000)",
      ...refused('row of 4 MB', "REPEAT(x'ff', 2097152)", "REPEAT(x'ff', 16777215)"),
    ],
  },
  {
    type: 'longblob',
    cases: ["REPEAT(x'00', 100000)", ...refused('row of 4 MB', "REPEAT(x'ff', 16777216)")],
  },
]

/** The subjects, in groups of which each is one table of MySQL. */
export const groups: Readonly<Record<string, readonly Subject[]>> = {
  numbers,
  dates,
  texts,
  bytes,
  documents,
  ...Object.fromEntries(large.map((subject, i) => [`large_${i}`, [subject]])),
}
