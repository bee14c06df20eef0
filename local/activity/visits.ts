import { eventFor } from '../mysql/sample/demand.ts'
import type { Event } from '../mysql/sample/events.ts'
import { type Order, ordersBetween } from '../mysql/sample/orders.ts'
import { userAt } from '../mysql/sample/people.ts'
import { type Random, random } from '../mysql/sample/random.ts'
import { DAY, END, MINUTE, SECOND } from '../mysql/sample/time.ts'
import { wordsFor } from './words.ts'

/** One visit to the marketplace, by whatever system it was seen. */
export interface Visit {
  /** `20261123-00017` */
  readonly id: string
  /** 32 hexadecimal digits; somebody who comes back has the same. */
  readonly visitor: string
  /** Their id in `users`, if they logged in. */
  readonly user: number | null
  /** Milliseconds, as all times here. */
  readonly start: number
  readonly end: number
  readonly channel: Channel
  readonly device: 'desktop' | 'mobile' | 'tablet'
  readonly country: string
  readonly searches: readonly Search[]
  readonly clicks: readonly Click[]
  /** Set where they bought: the order as MySQL has it. */
  readonly order?: Order
}

export interface Search {
  /** `20261123-00017-1` */
  readonly id: string
  readonly time: number
  /** What was typed. */
  readonly words: string
  /** The ids of the events found, best first. */
  readonly found: readonly number[]
}

export interface Click {
  /** `20261123-00017-c1` */
  readonly id: string
  readonly time: number
  /** The event's id. */
  readonly event: number
  readonly page: 'home' | 'search' | 'email' | 'event'
  /** Its place on the page, from 1. */
  readonly position: number
}

/** As Google Analytics groups them. */
export const CHANNELS = [
  'Organic Search',
  'Direct',
  'Paid Search',
  'Email',
  'Referral',
  'Organic Social',
] as const
export type Channel = (typeof CHANNELS)[number]

const VISITS = 2000
/** Visits come from so many browsers. */
const BROWSERS = 40_000

/** The visits that began on a day of UTC, in no order. */
export function* visitsOn(date: string): Generator<Visit> {
  const midnight = Date.parse(date)
  const orders = [...ordersBetween(midnight, midnight + DAY)]
  for (let at = 0; at < Math.max(VISITS, orders.length); at++) {
    yield visitOf(date, at, orders[at])
  }
}

function visitOf(date: string, at: number, order: Order | undefined): Visit {
  const r = random(`visits ${date}`, at)
  const id = `${date.replaceAll('-', '')}-${`${at}`.padStart(5, '0')}`
  const midnight = Date.parse(date)
  // Whoever buys has been here for some minutes, but since midnight.
  const start = order
    ? Math.max(midnight, order.time - r.between(2, 20) * MINUTE)
    : midnight + r.below(DAY - 30 * MINUTE)
  const browser = order ? BROWSERS + order.user : r.below(BROWSERS)
  const known = random('browsers', browser)
  const user = order?.user ?? (known.percent(30) ? userAt(Math.min(start, END), known) : null)
  const end = order?.time ?? start + r.between(10, 1700) * SECOND
  const wanted = order?.event ?? eventFor(start, r)
  const events = [wanted, ...Array.from({ length: r.below(4) }, () => eventFor(start, r))]
  return {
    id,
    visitor: visitorOf(browser),
    user,
    start,
    end,
    channel: channelOf(r),
    device: r.percent(55) ? 'mobile' : r.percent(85) ? 'desktop' : 'tablet',
    country: r.percent(85) ? 'US' : r.pick(['CA', 'GB', 'DE', 'FR', 'MX', 'JP']),
    searches: searchesOf(id, { start, end }, events, r),
    clicks: clicksOf(id, { start, end }, events, order !== undefined, r),
    ...(order && { order }),
  }
}

function visitorOf(browser: number): string {
  const r = random('visitor ids', browser)
  return Array.from({ length: 32 }, () => r.below(16).toString(16)).join('')
}

function channelOf(r: Random): Channel {
  const chance = r.below(100)
  const place = [38, 60, 75, 87, 95, 100].findIndex((limit) => chance < limit)
  return CHANNELS[place] ?? 'Direct'
}

interface Span {
  readonly start: number
  readonly end: number
}

const within = ({ start, end }: Span, r: Random): number => start + r.below(end - start + 1)

function searchesOf(id: string, span: Span, events: readonly Event[], r: Random): Search[] {
  return events.slice(0, r.below(events.length + 1)).map((event, at) => {
    const others = Array.from({ length: r.below(8) }, () => eventFor(span.start, r).id)
    const found = r.percent(7) ? [] : [...new Set([event.id, ...others])]
    const time = within(span, r)
    return { id: `${id}-${at + 1}`, time, words: wordsFor(event.title, r), found }
  })
}

function clicksOf(
  id: string,
  span: Span,
  events: readonly Event[],
  buys: boolean,
  r: Random,
): Click[] {
  const count = buys ? events.length : r.below(events.length + 1)
  return events.slice(0, count).map(({ id: event }, at) => ({
    id: `${id}-c${at + 1}`,
    time: within(span, r),
    event,
    page: r.percent(50) ? 'search' : r.pick(['home', 'email', 'event']),
    position: r.between(1, 20),
  }))
}
