import { visitsOn } from '../activity/visits.ts'
import { type Event, events } from '../mysql/sample/events.ts'
import { listingOf } from '../mysql/sample/listings.ts'
import { CURRENCIES } from '../mysql/sample/orders.ts'
import { random } from '../mysql/sample/random.ts'
import { venues } from '../mysql/sample/venues.ts'

export type Partner = 'stubmarket' | 'boxoffice'

/** A sale that a partner made of one of our events. */
export interface PartnerSale {
  /** Counts the partner's sales of the day from 1. */
  readonly number: number
  readonly time: number
  readonly event: Event
  readonly section: string
  readonly quantity: number
  readonly cents: number
  readonly currency: string
}

const SECTIONS = ['101', '102', 'Floor', 'Balcony "L"', 'Orch, left', 'Übergang', '立見', 'GA']

/**
 * A partner's sales of a day, by time. Each buyer is a visitor of ours who looked at the event, did
 * not buy it, and went to the partner.
 */
export function salesOf(partner: Partner, date: string): PartnerSale[] {
  const sales: Omit<PartnerSale, 'number'>[] = []
  for (const { id, order, clicks, end } of visitsOn(date)) {
    const last = clicks.at(-1)
    const event = last && events[last.event - 1]
    const r = random(`partners ${id}`, 0)
    const chance = r.below(100)
    const buysAt = chance < 22 ? 'stubmarket' : chance < 40 ? 'boxoffice' : undefined
    if (order || !event || buysAt !== partner) continue
    const quantity = r.between(1, 6)
    sales.push({
      time: end,
      event,
      section: r.pick(SECTIONS),
      quantity,
      cents: listingOf(event, r).cents * quantity,
      currency: CURRENCIES[venues[event.venue]?.country ?? ''] ?? 'USD',
    })
  }
  return sales
    .sort((one, other) => one.time - other.time)
    .map((sale, at) => ({ number: at + 1, ...sale }))
}
