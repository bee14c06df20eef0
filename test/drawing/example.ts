import type { DrawingOptions } from '../../lib/drawing/drawing.ts'
import type { Night } from '../../lib/drawing/night.ts'
import type { Graph, Node } from '../../lib/graph/graph.ts'

/** A graph of tables that are known by nothing but what they are made from. */
export const graphWith = (needs: Readonly<Record<string, readonly string[]>>): Graph =>
  new Map(Object.entries(needs).map(([id, needs]) => [id, { id, needs } as Partial<Node> as Node]))

/** A small warehouse: two mirrors and a calendar, three tables made of them, one that stands alone. */
export const graph = graphWith({
  orders: [],
  'legacy.orders': [],
  all_orders: ['legacy.orders', 'orders'],
  dim_date: [],
  orders_by_day: ['all_orders', 'dim_date'],
  revenue: ['orders_by_day'],
  searches: [],
})

export const subjects: DrawingOptions['subjects'] = new Map([
  ['orders', 'mysql'],
  ['legacy.orders', 'mysql'],
  ['all_orders', 'marketplace'],
  ['dim_date', 'calendar'],
  ['orders_by_day', 'marketplace'],
  ['revenue', 'finance'],
  ['searches', 'actions'],
])

/** A night that the legacy system spoilt. */
export const night: Night = {
  run: 'night-1',
  date: '2026-11-23',
  tables: [
    {
      ...{ table: 'orders', outcome: 'loaded', rows: 120_000, bytes: 7_700_000 },
      ...{ extractSeconds: 61.7, loadSeconds: 12.5 },
    },
    {
      ...{ table: 'legacy.orders', outcome: 'failed', rows: 500, extractSeconds: 3.2 },
      message: "legacy.orders.sold_at: '0000-00-00' is no date",
    },
    { table: 'all_orders', outcome: 'skipped', message: 'legacy.orders is not complete' },
    { table: 'dim_date', outcome: 'complete' },
    { table: 'orders_by_day', outcome: 'skipped', message: 'all_orders is not complete' },
    { table: 'revenue', outcome: 'skipped', message: 'orders_by_day is not complete' },
  ],
}
