import { bars, integer, look, sql } from '#lib'
import { ga_channels } from './ga_channels.ts'

export const sessions_by_channel = look('sessions_by_channel', {
  title: 'Sessions by the channel that people came by',
  description: 'Of the last seven days, as Google Analytics groups them.',
  select: {
    channel: ga_channels.channel,
    sessions: integer().as(sql`sum(${ga_channels.sessions})`),
    purchases: integer().as(sql`sum(${ga_channels.purchases})`),
  },
  from: sql`${ga_channels}
    where ${ga_channels.date} > (select dateadd(day, -7, max(${ga_channels.date})) from ${ga_channels})
    group by 1
    order by 2 desc, 1`,
  mark: bars({ label: 'channel', value: 'sessions' }),
})
