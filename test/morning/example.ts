import { figureOf, missingFigure } from '../../lib/chart/figure.ts'
import { drawingOf } from '../../lib/drawing/drawing.ts'
import type { Night } from '../../lib/drawing/night.ts'
import type { Morning } from '../../lib/morning/morning.ts'
import { examples } from '../chart/example.ts'
import { graph, night, subjects } from '../drawing/example.ts'

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 24, 3) + seconds * 1000).toISOString()

/** The steps of the example's night: orders is loaded, legacy.orders fails in its extract. */
const steps: Morning['steps'] = [
  { table: 'legacy.orders', state: 'Extract legacy.orders', from: at(0.5), to: at(3.7) },
  { table: 'orders', state: 'Extract orders', from: at(0), to: at(61.7) },
  { table: 'orders', state: 'Load orders', from: at(62), to: at(74.5) },
]

const before = (date: string, rows: number): Night => ({
  ...{ run: `night-${date}`, date },
  tables: [{ table: 'orders', outcome: 'loaded', rows, bytes: rows * 64 }],
})

/** A morning after a night that the legacy system spoilt, with a look of each mark and one that is missing. */
export async function spoilt(): Promise<Morning> {
  const figures = await Promise.all(examples.map(({ look, rows }) => figureOf(look, rows)))
  const [first] = examples
  if (first) figures.push(missingFigure({ ...first.look, name: 'missing' }, 'no such table: sales'))
  const own = { ...night, problem: '4 of 6 tables are not complete' }
  return {
    drawing: { ...drawingOf(graph, { subjects, night: own }), night: own },
    steps,
    earlier: [before('2026-11-20', 90_000), before('2026-11-21', 100_000)],
    checks: new Map([
      ['orders', ['id is unique', 'nothing costs less than nothing']],
      ['all_orders', ['id is unique']],
    ]),
    accepted: [],
    warnings: ['Warning of orders: shop.orders has 1 column more. Add `discount: decimal(4, 2),`'],
    again: 'npm run night -- --date 2026-11-23',
    figures,
  }
}
