import { describe, expect, it } from '@jest/globals'
import { bars, integer, look, sql } from '#lib'
import { isLook } from '../../lib/look/look.ts'
import type { Mark } from '../../lib/look/mark.ts'
import { render } from '../../lib/table/sql.ts'
import { ga_channels } from '../../warehouse/analytics/ga_channels.ts'

const select = {
  channel: ga_channels.channel,
  sessions: integer().as(sql`sum(${ga_channels.sessions})`),
}
const from = sql`${ga_channels} group by 1`

describe('a look', () => {
  it('knows its rows and the tables they come from', () => {
    const mark = bars({ label: 'channel', value: 'sessions' })
    const own = look('sessions', { title: 'Sessions', select, from, mark })
    expect(isLook(own)).toBe(true)
    expect(own.needs).toEqual(['ga_channels'])
    expect(own.columns.map(({ name }) => name)).toEqual(['channel', 'sessions'])
    expect(render(own.query, { runDate: '2026-11-23' }).text).toBe(
      'select "ga_channels"."channel" as "channel", sum("ga_channels"."sessions") as "sessions" from "public"."ga_channels" group by 1',
    )
  })

  it('refuses a mark that reads what its rows do not have', () => {
    const mark = bars({ label: 'chanel', value: 'sessions' }) as Mark as Mark<'channel'>
    expect(() => look('sessions', { title: 'Sessions', select, from, mark })).toThrow(
      'sessions: its mark reads chanel, which is none of its columns: channel, sessions',
    )
  })
})
