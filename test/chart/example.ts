import { bars, date, decimal, double, intervals, line, points, varchar } from '#lib'
import type { Look } from '../../lib/look/look.ts'
import type { Mark } from '../../lib/look/mark.ts'
import type { Column } from '../../lib/table/column.ts'
import { sql } from '../../lib/table/sql.ts'

const amount = decimal(10, 2)

const lookWith = (name: string, mark: Mark, columns: Readonly<Record<string, Column>>): Look => ({
  ...{ kind: 'look', name, title: `Example of ${name}`, mark, query: sql``, needs: ['sales'] },
  columns: Object.entries(columns).map(([name, column]) => ({ name, column })),
})

/** A look of each mark, with rows as a query gives them: decimals and dates as text. */
export const examples: readonly { look: Look; rows: readonly (readonly unknown[])[] }[] = [
  {
    look: lookWith('bars', bars({ label: 'who', value: 'amount', colour: 'kind' }), {
      ...{ who: varchar(80), kind: varchar(20), amount },
    }),
    rows: [
      ['Ada', 'own', '1200.50'],
      ['Ada', 'partner', '300.00'],
      ['Grace <b>', 'own', '80.25'],
    ],
  },
  {
    look: lookWith('line', line({ over: 'day', value: 'amount' }), { day: date(), amount }),
    rows: [
      ['2026-11-22', '10'],
      ['2026-11-23', '40'],
      ['2026-11-24', '25'],
    ],
  },
  {
    look: lookWith(
      'points',
      points({ latitude: 'latitude', longitude: 'longitude', size: 'amount', label: 'place' }),
      { place: varchar(80), latitude: double(), longitude: double(), amount },
    ),
    rows: [
      ['Denver', 39.74, -105.02, '40'],
      ['London', 51.56, -0.28, '90'],
      ['Miami', 25.96, -80.24, '10'],
    ],
  },
  {
    look: lookWith(
      'intervals',
      intervals({ label: 'variant', value: 'share', low: 'low', high: 'high', group: 'test' }),
      { test: varchar(20), variant: varchar(20), share: amount, low: amount, high: amount },
    ),
    rows: [
      ['search', 'list', '4.2', '3.9', '4.6'],
      ['search', 'map', '5.4', '5.0', '5.8'],
    ],
  },
]

/** That of one mark. */
export function exampleOf(mark: string) {
  const found = examples.find(({ look }) => look.mark.kind === mark)
  if (!found) throw new Error(`there is no example of ${mark}`)
  return found
}
