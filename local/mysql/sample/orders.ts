import { eventFor } from './demand.ts'
import type { Event } from './events.ts'
import { listingOf } from './listings.ts'
import { userAt } from './people.ts'
import { type Random, random } from './random.ts'
import { type Cell, decimal, type Row } from './row.ts'
import { PLAIN, UGLY } from './text.ts'
import { DAY, date, datetime, duration, END, spread } from './time.ts'
import { venues } from './venues.ts'

const ORDERS = 120_000
const FIRST = Date.UTC(2016, 6, 1)

/** Newer ids come from another counter, and don't fit in a double. */
const OLD_IDS = 108_000
const FIRST_NEW_ID = 2n ** 53n + 1n

/** What is paid in by the country of the venue, where not in dollars. */
export const CURRENCIES: Readonly<Record<string, string>> = { CA: 'CAD', GB: 'GBP', CH: 'CHF' }
const CHANNELS = ['web', 'web', 'iOS', 'Android', 'téléphone', 'Zürich Süd', 'señal', 'café ½', '']
const PROMOS = ['SAVE10', 'ÉTÉ-2026', "B'DAY", '100%', '', ' vip ', 'NULL', '🎁']

/** What was bought, in the order in which it was bought. */
export function* orders(): Generator<Row> {
  for (let at = 0; at < ORDERS; at++) yield orderAt(at).row
}

/** A purchase, as other systems have seen it. */
export interface Order {
  readonly time: number
  readonly event: Event
  readonly user: number
  readonly quantity: number
  readonly row: Row
}

/** What was bought between two moments. */
export function* ordersBetween(first: number, end: number): Generator<Order> {
  // An order is at most one place away from where the spread of them all would have it.
  const placeOf = (time: number) => ((time - FIRST) / (END - FIRST)) ** 2 * ORDERS
  const [from, to] = [Math.floor(placeOf(first)) - 1, Math.ceil(placeOf(end)) + 1]
  for (let at = Math.max(0, from); at < Math.min(ORDERS, to); at++) {
    const order = orderAt(at)
    if (order.time >= first && order.time < end) yield order
  }
}

function orderAt(at: number): Order {
  const r = random('orders', at)
  const time = spread(FIRST, END, at, ORDERS, r)
  const event = eventFor(time, r)
  const listing = listingOf(event, r)
  const quantity = r.between(1, 6)
  const { status, updated } = fateOf(at, time, r)
  const user = userAt(time, r)
  const row = [
    at < OLD_IDS ? 1_000_000 + at : FIRST_NEW_ID + BigInt(at - OLD_IDS),
    user,
    listing.id,
    event.id,
    quantity,
    decimal(listing.cents * 100, 4),
    decimal(listing.cents * quantity * r.between(5, 20), 4),
    CURRENCIES[venues[event.venue]?.country ?? ''] ?? 'USD',
    status,
    r.percent(80) ? null : r.pick(PROMOS),
    r.percent(65) ? null : r.pick(r.percent(60) ? UGLY : PLAIN),
    datetime(time, 3),
    ...deliveryOf(status, time, r),
    r.pick(CHANNELS),
    r.percent(40) ? null : Uint8Array.from({ length: r.below(33) }, () => r.below(256)),
    datetime(time),
    datetime(updated, 6, r.below(1000)),
  ]
  return { time, event, user, quantity, row }
}

/** What has become of an order, and when; some old ones were refunded just now. */
function fateOf(at: number, time: number, r: Random): { status: string; updated: number } {
  if (at % 300 === 7) return { status: 'refunded', updated: Math.max(time, END - r.below(2 * DAY)) }
  if (END - time < r.below(2 * DAY)) return { status: 'placed', updated: time }
  const updated = time + r.below(Math.min(30 * DAY, END - time))
  const chance = r.below(100)
  return { status: chance < 4 ? 'cancelled' : chance < 8 ? 'refunded' : 'confirmed', updated }
}

function deliveryOf(status: string, time: number, r: Random): [Cell, Cell] {
  if (status !== 'confirmed' || r.percent(30)) return [null, null]
  const seconds = r.below(86_400)
  const day = date(time + r.below(Math.min(5 * DAY, END - time)))
  return [day, r.percent(10) ? null : duration(seconds)]
}
