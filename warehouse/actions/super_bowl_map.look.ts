import { double, integer, look, points, runDate, sql, varchar } from '#lib'
import { event_details } from '../marketplace/event_details.ts'
import { clicks } from './clicks.ts'

/** The conference championships are played two weeks before a Super Bowl. */
export const super_bowl_map = look('super_bowl_map', {
  title: 'Clicks on Super Bowl tickets since the championship games',
  description:
    "At the stadium of the Super Bowl, all of them. At a team's stadium, those of visitors who have clicked on a home game of the team too.",
  columns: {
    place: varchar(800),
    kind: varchar(16),
    latitude: double(),
    longitude: double(),
    clicks: integer(),
  },
  query: sql`
    with clicked as (
      select ${clicks.visitor_id} as visitor_id, ${clicks.event_id} as event_id
      from ${clicks}
      join ${event_details} on ${event_details.event_id} = ${clicks.event_id}
      where ${event_details.is_super_bowl} and ${clicks.date} >= (
        select max(dateadd(day, -14, ${event_details.starts_at}))
        from ${event_details}
        where ${event_details.is_super_bowl}
          and dateadd(day, -14, ${event_details.starts_at}) <= ${runDate}
      )
    ), fans as (
      select distinct ${clicks.visitor_id} as visitor_id, ${event_details.performer} as team,
        ${event_details.latitude} as latitude, ${event_details.longitude} as longitude
      from ${clicks}
      join ${event_details} on ${event_details.event_id} = ${clicks.event_id}
      where ${event_details.performer_type} = 'team' and not ${event_details.is_super_bowl}
    )
    select ${event_details.venue} as place, 'Super Bowl' as kind, ${event_details.latitude} as latitude,
      ${event_details.longitude} as longitude, count(*) as clicks
    from clicked
    join ${event_details} on ${event_details.event_id} = clicked.event_id
    group by 1, 2, 3, 4
    union all
    select fans.team, 'teams', fans.latitude, fans.longitude, count(*)
    from clicked
    join fans on fans.visitor_id = clicked.visitor_id
    group by 1, 2, 3, 4
    order by 5 desc, 1`,
  mark: points({
    latitude: 'latitude',
    longitude: 'longitude',
    size: 'clicks',
    label: 'place',
    colour: 'kind',
  }),
})
