import { eventFor } from './demand.ts'
import { listingOf } from './listings.ts'
import { userAt } from './people.ts'
import { type Random, random } from './random.ts'
import { decimal, type Row } from './row.ts'
import { datetime } from './time.ts'

const SALES = 5000
const FIRST_ID = 50_000_000_001

/** Sales of the first system, until the end of 2013. */
export function* firstSales(): Generator<Row> {
  for (let at = 0; at < SALES; at++) {
    const r = random('tix_v1_sales', at)
    const sale = saleOf(at, Date.UTC(2011, 3, 1), Date.UTC(2014, 0, 1), r)
    const state = r.pick(['P', 'C', 'C', 'C', 'C', 'X', 'R'])
    yield [1000 + at, sale.user, sale.event, sale.cents, datetime(sale.time), state]
  }
}

/** Sales of the second system, until mid 2016. */
export function* secondSales(): Generator<Row> {
  for (let at = 0; at < SALES; at++) {
    const r = random('tix_v2_sales', at)
    const { time, user, event, cents } = saleOf(at, Date.UTC(2014, 0, 1), Date.UTC(2016, 6, 1), r)
    const state = r.pick(['placed', 'confirmed', 'confirmed', 'confirmed', 'cancelled', 'refunded'])
    yield [FIRST_ID + at, user, event, decimal(cents, 2), datetime(time), state]
  }
}

function saleOf(at: number, first: number, last: number, r: Random) {
  const time = first + Math.floor(((last - first) / SALES) * (at + r.below(1000) / 1000))
  const event = eventFor(time, r)
  return { time, event: event.id, user: userAt(time, r), cents: listingOf(event, r).cents }
}
