import { bars, date, integer, look, sql, varchar } from '#lib'
import { event_demand } from './event_demand.ts'

export const demand_by_event = look('demand_by_event', {
  title: 'The ten most wanted events, by day',
  description: 'Clicks of the last seven days.',
  columns: { event: varchar(1020), date: date(), clicks: integer() },
  query: sql`
    with recent as (
      select ${event_demand.event_id} as event_id, ${event_demand.title} as event,
        ${event_demand.date} as date, ${event_demand.clicks} as clicks
      from ${event_demand}
      where ${event_demand.date} > (
        select dateadd(day, -7, max(${event_demand.date})) from ${event_demand}
      )
    ), wanted as (
      select event_id, sum(clicks) as clicks
      from recent
      group by 1
      order by 2 desc, 1
      limit 10
    )
    select recent.event, recent.date, recent.clicks
    from recent
    join wanted on wanted.event_id = recent.event_id
    order by wanted.clicks desc, recent.event_id, recent.date`,
  mark: bars({ label: 'event', value: 'clicks', colour: 'date' }),
})
