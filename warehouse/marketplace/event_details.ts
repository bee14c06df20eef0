import { boolean, sql, transform, unique } from '#lib'
import { event_performers } from '../mysql/event_performers.ts'
import { events } from '../mysql/events.ts'
import { performers } from '../mysql/performers.ts'
import { venues } from '../mysql/venues.ts'

/** Everything an analyst asks of an event, without the joins. */
export const event_details = transform('event_details', {
  description: 'One row for each event, with its venue and the first performer on its bill.',
  select: {
    event_id: events.id.primaryKey(),
    title: events.title,
    starts_at: events.starts_at.describe('UTC.'),
    status: events.status,
    is_super_bowl: boolean().as(sql`${events.title} like ${'Super Bowl%'}`),
    venue: venues.name,
    city: venues.city,
    state: venues.state,
    country: venues.country,
    latitude: venues.latitude,
    longitude: venues.longitude,
    capacity: venues.capacity,
    performer: performers.name.nullable(),
    performer_type: performers.type.nullable(),
  },
  from: sql`
    ${events}
    join ${venues} on ${venues.id} = ${events.venue_id}
    left join ${event_performers}
      on ${event_performers.event_id} = ${events.id} and ${event_performers.billing} = 1
    left join ${performers} on ${performers.id} = ${event_performers.performer_id}`,
  // A second performer first on the bill would double an event, and all that was sold of it.
  checks: (rows) => [unique(rows.event_id)],
  dist: 'event_id',
  sort: ['starts_at'],
})
