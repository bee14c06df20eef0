import * as lib from '#lib'
import type { Column } from '../../lib/table/column.ts'
import type { RuleName } from './rules.ts'

/** A value as JSON writes it; what arrives, where that is not the same; the rule that it comes under. */
export interface Written {
  readonly json: string
  readonly arrives?: string
  readonly rule?: RuleName
}

export interface DocumentSubject {
  readonly declared: Column
  readonly cases: readonly Written[]
}

const { bigint, boolean, char, date, decimal, double, integer, real, smallint, super_ } = lib
const { time, timestamp, timestamptz, varbyte, varchar } = lib

const as = (...values: readonly string[]): Written[] => values.map((json) => ({ json }))
const by = (rule: RuleName, ...values: readonly string[]): Written[] =>
  values.map((json) => ({ json, rule }))
const becomes = (json: string, arrives: string, rule?: RuleName): Written => ({
  json,
  arrives,
  rule,
})

const OTHERS = ['[1]', '{"a": 1}', 'true']
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
const long = (bytes: number): string => JSON.stringify('x'.repeat(bytes))

/** What every reader of documents is given: JSON lines, a search server's documents, an API's records. */
export const documentSubjects: readonly DocumentSubject[] = [
  {
    declared: smallint(),
    cases: [
      ...as('0', '-32768', '32767', '"7"', 'null'),
      becomes('-0', '0'),
      becomes('1e3', '1000'),
      ...by('out of range', '32768'),
      ...by('not of its type', '7.5', '""', '"1e3"', '1e400', ...OTHERS),
    ],
  },
  {
    declared: bigint(),
    cases: [
      ...as(
        '9007199254740993',
        '-9223372036854775808',
        '9223372036854775807',
        '"9007199254740993"',
      ),
      ...by('out of range', '9223372036854775808', '123456789012345678901234567890'),
      ...by('beyond 2^53', '1e18', '9007199254740993.0'),
    ],
  },
  { declared: integer(), cases: [...as('1.0'), ...by('not of its type', '0.1', '"1.0"')] },
  {
    declared: decimal(20, 4),
    cases: [
      ...as('0', '1.25', '-0.0001', '"1234567890123456.7891"', '1234567890123456'),
      becomes('1.00005', '1.0001', 'rounded'),
      becomes('0.30000000000000004', '0.3', 'rounded'),
      ...by('too many decimals', '"1.00005"'),
      ...by('out of range', '1e20', '"12345678901234567"'),
      ...by('not of its type', '"1e3"', '1e400', '""', ...OTHERS),
    ],
  },
  {
    declared: double(),
    cases: [
      ...as('0.1', '-1.7976931348623157e308', '5e-324', '"0.5"', '1e22', '-0'),
      ...by('not of its type', '1e400', '"NaN"', '"Infinity"', '""', ...OTHERS),
      ...by('out of range', '"1e400"'),
    ],
  },
  {
    declared: real(),
    cases: [...as('0.5', '3.4028234663852886e38'), ...by('out of range', '1e39')],
  },
  {
    declared: boolean(),
    cases: [
      ...as('true', 'false', '0', '1', '"0"', '"1"', 'null'),
      ...by('not of its type', '"true"', '"false"', '2', '""', '"yes"', '[true]'),
    ],
  },
  {
    declared: varchar(300),
    cases: [
      ...as(
        '""',
        '" "',
        '"NULL"',
        '"\\\\N"',
        '"a,\\"b\\"\\r\\n"',
        '"é😀"',
        '"\\ud83d\\ude00"',
        '"__proto__"',
      ),
      ...as('"\\u2028\\u0085\\ufeff"', '"\\ufeffbom"', '"true"', '"1e3"', 'null', long(300)),
      becomes('"a\\u0000b"', 'ab', 'NUL'),
      becomes('"a\\ud800b"', 'a\ufffdb', 'surrogate'),
      becomes('"\\udc00\\ud83d"', '\ufffd\ufffd', 'surrogate'),
      ...by('too long', long(301), JSON.stringify('é'.repeat(151))),
      ...by('not of its type', '7', '1.5', ...OTHERS),
    ],
  },
  {
    declared: char(9),
    cases: [...as('"abc"'), ...by('not ASCII', '"é"'), ...by('too long', '"0123456789"')],
  },
  {
    declared: date(),
    cases: [
      ...as('"2024-02-29"'),
      ...by(
        'not of its type',
        '"2026-02-29"',
        '"0000-00-00"',
        '"2026-11-23T00:00:00Z"',
        '"20261123"',
        '1763856000000',
        '"2026-W48-1"',
        '""',
      ),
    ],
  },
  {
    declared: time(),
    cases: [
      ...as('"23:59:59.123456"'),
      ...by('not of its type', '"24:00:00"', '"23:59:59Z"', '86399'),
    ],
  },
  {
    declared: timestamp(),
    cases: [
      becomes('"2026-11-23T10:00:00.5"', '2026-11-23 10:00:00.5'),
      becomes('"2026-11-23"', '2026-11-23 00:00:00'),
      ...by('has a zone', '"2026-11-23T10:00:00Z"', '"2026-11-23 10:00:00+01:00"'),
      ...by('not of its type', '1763856000000', '"2026-11-23T25:00:00"', '""'),
    ],
  },
  {
    declared: timestamptz(),
    cases: [
      becomes('"2026-11-23T10:00:00.123Z"', '2026-11-23 10:00:00.123'),
      becomes('"2026-11-23T10:00:00+0530"', '2026-11-23 04:30:00'),
      becomes('"2026-11-23T10:00:00-05:30"', '2026-11-23 15:30:00'),
      becomes('"2026-10-25 02:30:00+02"', '2026-10-25 00:30:00'),
      ...by(
        'not of its type',
        '1763856000000',
        '"1763856000000"',
        '"2026-11-23T10:00:00.123456789Z"',
        '"2026-11-23T10:00:00+99:99"',
        '"now"',
        ...OTHERS,
      ),
    ],
  },
  {
    declared: super_(),
    cases: [
      ...as(
        '"text"',
        '""',
        '0',
        '-1.5',
        '9007199254740993',
        '[]',
        '{}',
        '{"a": [null, {"b": "\\"q\\""}]}',
        'true',
      ),
      ...as(
        '{"__proto__": {"x": 1}, "constructor": 2}',
        nested(100),
        long(65_535),
        '123456789012345678901234567890',
      ),
      becomes('"a\\u0000b"', '"ab"', 'NUL'),
      becomes('{"a": "\\ud800"}', '{"a": "\ufffd"}', 'surrogate'),
      becomes('{"a": "\\\\ud800 \\\\u0000"}', '{"a": "\\\\ud800 \\\\u0000"}'),
      ...by('not JSON', '1e400', '{"a": [-1e400]}'),
      ...by('string in SUPER', long(65_536), `{"a": [${JSON.stringify('é'.repeat(40_000))}]}`),
      ...by('row of 4 MB', `[${Array(70).fill(long(60_000)).join(',')}]`),
    ],
  },
  { declared: varbyte(10), cases: by('not of its type', '"ff"', '7') },
]

/** A file of its own kind, whole: what arrives of it, a row each, or the rule that refuses it. */
export interface FileSubject {
  readonly what: string
  readonly format: {
    readonly kind: 'csv' | 'json'
    readonly header?: number
    readonly delimiter?: string
  }
  readonly body: string | Uint8Array
  readonly rows?: readonly (readonly (string | null)[])[]
  readonly rule?: RuleName
}

const csv = { kind: 'csv', header: 1 } as const
const json = { kind: 'json' } as const
const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1')

/** Files with the fields `id` and `v`. */
export const fileSubjects: readonly FileSubject[] = [
  {
    what: 'CSV, LF',
    format: csv,
    body: 'id,v\n1,a\n2,\n3,""\n',
    rows: [
      ['1', 'a'],
      ['2', null],
      ['3', ''],
    ],
  },
  {
    what: 'CSV, CRLF',
    format: csv,
    body: 'id,v\r\n1,a\r\n2,"b\r\nc"\r\n',
    rows: [
      ['1', 'a'],
      ['2', 'b\r\nc'],
    ],
  },
  { what: 'CSV, a byte order mark', format: csv, body: '\ufeffid,v\n1,a\n', rows: [['1', 'a']] },
  { what: 'CSV, fields in another order', format: csv, body: 'v,x,id\na,b,1', rows: [['1', 'a']] },
  {
    what: 'CSV, quotes in quotes',
    format: csv,
    body: 'id,v\n1,"a ""b"", c"\n',
    rows: [['1', 'a "b", c']],
  },
  { what: 'CSV, blanks', format: csv, body: 'id,v\n1,  a \n', rows: [['1', '  a ']] },
  {
    what: 'CSV, backslashes',
    format: csv,
    body: 'id,v\n1,\\N\n2,"\\"\n',
    rows: [
      ['1', '\\N'],
      ['2', '\\'],
    ],
  },
  { what: 'CSV, NUL', format: csv, body: 'id,v\n1,a\0b\n', rows: [['1', 'ab']], rule: 'NUL' },
  { what: 'CSV, nothing', format: csv, body: '', rows: [] },
  { what: 'CSV, a header alone', format: csv, body: 'id,v\n', rows: [] },
  { what: 'CSV, a record too short', format: csv, body: 'id,v\n1,a\n2\n', rule: 'not CSV' },
  { what: 'CSV, a record too long', format: csv, body: 'id,v\n1,a\n2,b,c\n', rule: 'not CSV' },
  { what: 'CSV, a quote inside', format: csv, body: 'id,v\n1,a"b\n', rule: 'not CSV' },
  { what: 'CSV, text behind a quote', format: csv, body: 'id,v\n1,"a"b\n', rule: 'not CSV' },
  { what: 'CSV, a quote never closed', format: csv, body: 'id,v\n1,"a\n2,b\n', rule: 'not CSV' },
  { what: 'CSV, a field twice', format: csv, body: 'id,v,v\n1,a,b\n', rule: 'field twice' },
  { what: 'CSV, latin1', format: csv, body: latin1('id,v\n1,caf\xe9\n'), rule: 'not UTF-8' },
  {
    what: 'CSV, a lone surrogate',
    format: csv,
    body: Buffer.from('69642c760a312ceda0800a', 'hex'),
    rule: 'not UTF-8',
  },
  {
    what: 'CSV, a line of 17 MB',
    format: csv,
    body: `id,v\n1,${'x'.repeat(17 * 1024 * 1024)}\n`,
    rule: 'line of 16 MB',
  },
  {
    what: 'JSON lines, CRLF, blank',
    format: json,
    body: '{"id":1,"v":"a"}\r\n\r\n  \n{"id":2}',
    rows: [
      ['1', 'a'],
      ['2', null],
    ],
  },
  {
    what: 'JSON, a byte order mark',
    format: json,
    body: '\ufeff{"id":1,"v":"a"}\n',
    rows: [['1', 'a']],
  },
  {
    what: 'JSON, cut off',
    format: json,
    body: '{"id":1,"v":"a"}\n{"id":2,"v"',
    rule: 'no JSON line',
  },
  {
    what: 'JSON, two in a line',
    format: json,
    body: '{"id":1,"v":"a"}{"id":2,"v":"b"}\n',
    rule: 'no JSON line',
  },
  {
    what: 'JSON, over several lines',
    format: json,
    body: '{\n"id":1,"v":"a"}\n',
    rule: 'no JSON line',
  },
  { what: 'JSON, an array', format: json, body: '[{"id":1,"v":"a"}]\n', rule: 'no JSON line' },
  { what: 'JSON, NaN', format: json, body: '{"id":1,"v":NaN}\n', rule: 'no JSON line' },
  { what: 'JSON, a bare NUL', format: json, body: '{"id":1,"v":"a\0"}\n', rule: 'no JSON line' },
  {
    what: 'JSON, nested 100,000 deep',
    format: json,
    body: `{"id":1,"v":${nested(100_000)}}\n`,
    rule: 'not of its type',
  },
  {
    what: 'JSON, invalid UTF-8',
    format: json,
    body: latin1('{"id":1,"v":"\xff"}\n'),
    rule: 'not UTF-8',
  },
  {
    what: 'JSON, a line of 17 MB',
    format: json,
    body: `{"id":1,"v":"${'x'.repeat(17 * 1024 * 1024)}"}\n`,
    rule: 'line of 16 MB',
  },
]
