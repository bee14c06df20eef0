import type { Visit } from '../activity/visits.ts'

/** What a report can be broken down by. */
export const dimensions: Readonly<Record<string, (visit: Visit) => string>> = {
  date: ({ start }) => dayOf(start).replaceAll('-', ''),
  hour: ({ start }) => new Date(start).toISOString().slice(11, 13),
  country: ({ country }) => COUNTRIES[country] ?? '(not set)',
  countryId: ({ country }) => country,
  deviceCategory: ({ device }) => device,
  sessionDefaultChannelGroup: ({ channel }) => channel,
}

/** What a report can count: the type that Google gives it, and how it is made of visits. */
export const metrics: Readonly<Record<string, Metric>> = {
  sessions: { type: 'TYPE_INTEGER', of: (visits) => visits.length },
  engagedSessions: { type: 'TYPE_INTEGER', of: (visits) => visits.filter(isEngaged).length },
  totalUsers: { type: 'TYPE_INTEGER', of: (visits) => new Set(visits.map((v) => v.visitor)).size },
  screenPageViews: { type: 'TYPE_INTEGER', of: (visits) => sum(visits, pagesOf) },
  userEngagementDuration: { type: 'TYPE_SECONDS', of: (visits) => sum(visits, secondsOf) },
  keyEvents: { type: 'TYPE_FLOAT', of: (visits) => sum(visits, purchasesOf) },
  ecommercePurchases: { type: 'TYPE_INTEGER', of: (visits) => sum(visits, purchasesOf) },
  purchaseRevenue: { type: 'TYPE_CURRENCY', of: (visits) => sum(visits, revenueOf) },
}

interface Metric {
  readonly type: keyof typeof NUMBERS
  readonly of: (visits: readonly Visit[]) => number
}

/** The numbers that a client asks for in place of names. */
export const NUMBERS = {
  TYPE_INTEGER: 1,
  TYPE_FLOAT: 2,
  TYPE_SECONDS: 4,
  TYPE_CURRENCY: 9,
} as const

const COUNTRIES: Readonly<Record<string, string>> = {
  US: 'United States',
  CA: 'Canada',
  GB: 'United Kingdom',
  DE: 'Germany',
  FR: 'France',
  MX: 'Mexico',
  JP: 'Japan',
}

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10)

const sum = (visits: readonly Visit[], of: (visit: Visit) => number): number =>
  visits.reduce((total, visit) => total + of(visit), 0)

/** The page they came to, and one for each search and each event they looked at. */
const pagesOf = ({ searches, clicks }: Visit): number => 1 + searches.length + clicks.length

const secondsOf = ({ start, end }: Visit): number => (end - start) / 1000

const purchasesOf = ({ order }: Visit): number => (order ? 1 : 0)

/** Longer than ten seconds, or two pages, or a purchase: so Google counts it. */
const isEngaged = (visit: Visit): boolean =>
  secondsOf(visit) > 10 || pagesOf(visit) > 1 || visit.order !== undefined

/** What the order came to, as `all_sales` has it. */
function revenueOf({ order }: Visit): number {
  if (!order) return 0
  const [, , , , quantity, price, fee] = order.row
  return Number(price) * Number(quantity) + Number(fee)
}
