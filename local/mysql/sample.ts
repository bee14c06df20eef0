import { userAttributes } from './sample/attributes.ts'
import { eventPerformers, eventRows } from './sample/events.ts'
import { firstSales, secondSales } from './sample/legacy.ts'
import { listings } from './sample/listings.ts'
import { orders } from './sample/orders.ts'
import { users } from './sample/people.ts'
import { performerRows } from './sample/performers.ts'
import type { Row } from './sample/row.ts'
import { venues } from './sample/venues.ts'
import type { TableName } from './schema.ts'

/** The rows of every table, the same each time they are asked for. */
export const sample: Readonly<Record<TableName, () => Iterable<Row>>> = {
  users,
  user_attributes: userAttributes,
  venues: () => venues.map(({ row }) => row),
  performers: performerRows,
  events: eventRows,
  event_performers: eventPerformers,
  listings,
  orders,
  tix_v1_sales: firstSales,
  tix_v2_sales: secondSales,
}
