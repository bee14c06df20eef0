import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { ROLE, startWarehouse } from './warehouse.ts'

/** A value as it is written in JSON, and as the warehouse then shows it. */
interface Sample {
  readonly json: string
  readonly shown: string | null
}

const sample = (json: unknown, shown: string): Sample => ({ json: JSON.stringify(json), shown })

/** A number as it is, or in quotes. */
const digits = (text: fc.Arbitrary<string>) =>
  fc.tuple(text, fc.boolean()).map(([text, quoted]) => ({
    json: quoted ? `"${text}"` : text,
    shown: text,
  }))

const whole = (bits: bigint) =>
  digits(fc.bigInt({ min: -(2n ** (bits - 1n)), max: 2n ** (bits - 1n) - 1n }).map(String))

const padded = (n: number, length = 2) => String(n).padStart(length, '0')
const day = fc
  .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))
const clock = fc
  .tuple(fc.nat(23), fc.nat(59), fc.nat(59), fc.nat(999_999))
  .map(([hour, minute, second, micros]) => {
    const fraction = micros === 0 ? '' : `.${padded(micros, 6).replace(/0+$/, '')}`
    return `${padded(hour)}:${padded(minute)}:${padded(second)}${fraction}`
  })
const moment = fc.tuple(day, fc.constantFrom(' ', 'T'), clock)
const text = (unit: 'grapheme' | 'grapheme-ascii' | 'binary', maxLength: number) =>
  fc.string({ unit, maxLength }).map((text) => text.replaceAll('\0', ''))

/** For each type, what may stand in JSON, and what that is in the warehouse. */
const types: Readonly<Record<string, fc.Arbitrary<Sample>>> = {
  smallint: whole(16n),
  integer: whole(32n),
  bigint: whole(64n),
  'decimal(38,4)': digits(
    fc
      .tuple(fc.bigInt({ min: -(10n ** 34n - 1n), max: 10n ** 34n - 1n }), fc.nat(9999))
      .map(([whole, fraction]) => `${whole}.${padded(fraction, 4)}`),
  ),
  'double precision': fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((n) => sample(n, String(Object.is(n, -0) ? 0 : n))),
  boolean: fc.boolean().map((yes) => sample(yes, String(yes))),
  'char(40)': text('grapheme-ascii', 40).map((text) => sample(text, text)),
  'varchar(4000)': text('binary', 60).map((text) => sample(text, text)),
  date: day.map((day) => sample(day, day)),
  time: clock.map((clock) => sample(clock, clock)),
  timestamp: moment.map(([day, between, clock]) =>
    sample(day + between + clock, `${day} ${clock}`),
  ),
  timestamptz: moment.map(([day, between, clock]) =>
    sample(`${day}${between}${clock}Z`, `${day} ${clock}+00`),
  ),
  super: fc
    .json({ maxDepth: 3 })
    .filter((json) => json !== 'null')
    .map((json) => ({ json, shown: json })),
  'varbyte(40)': fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => {
    const hex = Buffer.from(bytes).toString('hex')
    return sample(hex, hex)
  }),
}
const names = Object.keys(types)

const absent: Sample = { json: '', shown: null }
const row = fc.tuple(
  ...Object.values(types).map((value) =>
    fc.oneof(
      { weight: 8, arbitrary: value },
      fc.constantFrom({ json: 'null', shown: null }, absent),
    ),
  ),
)
const blank = fc.constantFrom('', ' ', '\n', '\r\n', '\t')

describe('a value in JSON that COPY loads', () => {
  let warehouse: Awaited<ReturnType<typeof startWarehouse>>
  beforeAll(async () => {
    warehouse = await startWarehouse()
    const columns = names.map((type, at) => `"c${at}" ${type}`)
    await warehouse.run(`create table v ("n" integer, ${columns.join(', ')})`)
  })
  afterAll(() => warehouse.stop())

  it('is what it was, whatever its type and the white space around it', async () => {
    const jsonpaths = ["$['n']", ...names.map((_, at) => `$['deep']['c${at}']`)]
    const paths = await warehouse.put('paths.json', JSON.stringify({ jsonpaths }))
    const property = fc.asyncProperty(fc.array(row, { minLength: 1 }), blank, async (rows, gap) => {
      const objects = rows.map((samples, n) => {
        const members = samples.flatMap(({ json }, at) =>
          json === '' ? [] : [`${gap}"c${at}"${gap}:${gap}${json}`],
        )
        return `{"n":${n},"deep":{${members.join(`${gap},`)}${gap}}${gap}}`
      })
      const url = await warehouse.put('v.json', objects.join(gap))
      const copied = await warehouse.batch(
        'delete from v',
        `copy v from '${url}' iam_role '${ROLE}' json '${paths}' dateformat 'auto' timeformat 'auto'`,
      )
      expect(copied.Error).toBeUndefined()
      const shown = names.map((type, at) =>
        type === 'bigint' ? `cast(c${at} as varchar)` : `c${at}`,
      )
      const loaded = await warehouse.rows(`select ${shown.join(', ')} from v order by n`)
      const comparable = (value: string | null, at: number) => {
        if (value === null) return null
        if (names[at] === 'double precision') return Number(value)
        return names[at] === 'super' ? JSON.parse(value) : value
      }
      expect(loaded.map((row) => row.map(comparable))).toEqual(
        rows.map((samples) => samples.map(({ shown }, at) => comparable(shown, at))),
      )
    })
    await fc.assert(property, { numRuns: 40 })
  }, 60_000)
})
