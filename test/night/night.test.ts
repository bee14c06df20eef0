import { describe, expect, it } from '@jest/globals'
import { calendar, integer, table } from '#lib'
import { graphOf } from '../../lib/graph/graph.ts'
import { dayBefore, nightOf } from '../../lib/night/night.ts'

const graph = graphOf([
  table('days', {
    columns: { id: integer() },
    from: calendar('2026-01-01', '2026-01-01'),
    row: () => ({ id: 1 }),
  }),
])
const night = (input: unknown) =>
  nightOf({ input, run: 'run-1', startedAt: '2026-11-24T03:30:00Z' }, graph, 'America/New_York')

describe('the input of a night', () => {
  it('is the run date, which tables, whether to do them again, and what to accept', () => {
    expect(night({ date: '2026-11-23' })).toEqual({
      date: '2026-11-23',
      run: 'run-1',
      tables: [],
      force: false,
      accept: [],
    })
    const all = { date: '2026-11-23', tables: ['+days'], force: true, accept: ['days'] }
    expect(night(all)).toEqual({ ...all, run: 'run-1' })
  })
  it('takes no date of the future, which would be newer than every night until then', () => {
    expect(night({ date: '2026-11-23' }).date).toBe('2026-11-23')
    expect(() => night({ date: '2026-11-24' })).toThrow(
      "the input's date 2026-11-24 is in the future: today is 2026-11-23 in America/New_York",
    )
  })
  it('takes the day before the schedule, on the clocks of the business', () => {
    expect(night({ scheduledTime: '2026-11-24T08:30:00Z' }).date).toBe('2026-11-23')
    expect(night({ scheduledTime: '2026-11-24T03:30:00Z' }).date).toBe('2026-11-22')
  })
  it.each([
    [{}, 'has no date'],
    ['text', 'the input\'s form is {"date": "2026-11-23"}'],
    [{ date: '2026-02-30' }, 'date "2026-02-30" is no date'],
    [{ date: '2026-11-23', tables: 'days' }, 'tables "days" is no list of names'],
    [{ date: '2026-11-23', tables: ['dayz'] }, 'no such table: dayz; did you mean days?'],
    [{ date: '2026-11-23', force: 'yes' }, 'force "yes" is neither true nor false'],
    [
      { date: '2026-11-23', table: 'days' },
      "'table' is not known: there are date, tables, force and accept",
    ],
    [
      { date: '2026-11-23', accept: true },
      'accept true is no list of tables: write it as ["events"]',
    ],
    [{ date: '2026-11-23', accept: ['+days'] }, 'accepts no such table: +days; did you mean days?'],
    [{ scheduledTime: 'soon' }, 'scheduledTime "soon" is no time'],
  ])('fails on %j', (input, problem) => {
    expect(() => night(input)).toThrow(problem)
  })
})

describe('dayBefore', () => {
  it.each([
    ['2026-03-08T07:30:00Z', 'America/New_York', '2026-03-07'],
    ['2026-11-01T06:30:00Z', 'America/New_York', '2026-10-31'],
    ['2026-01-01T00:30:00Z', 'Europe/London', '2025-12-31'],
    ['2025-12-31T20:00:00Z', 'Asia/Tokyo', '2025-12-31'],
  ])('of %s in %s is %s', (instant, zone, date) => {
    expect(dayBefore(instant, zone)).toBe(date)
  })
})
