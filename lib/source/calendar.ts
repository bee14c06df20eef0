import { Failure } from '../error.ts'
import { isDate } from '../table/moment.ts'
import type { Origin } from '../table/origin.ts'
import { generator } from './generator.ts'

/** A day of the Gregorian calendar, with what a date dimension says of it. */
export interface Day {
  /** `2026-11-23` */
  readonly iso: string
  readonly year: number
  /** 1 to 4 */
  readonly quarter: number
  /** 1 to 12 */
  readonly month: number
  /** 1 to 31 */
  readonly day: number
  /** 1 (Monday) to 7 (Sunday), as ISO 8601 counts. */
  readonly weekday: number
  /** 1 to 366 */
  readonly dayOfYear: number
  /** The week of ISO 8601, 1 to 53, and the year it belongs to. */
  readonly isoWeek: number
  readonly isoYear: number
  readonly isLastDayOfMonth: boolean
}

const DAY = 86_400_000

/** The days from `first` to `last`, both included. */
export function calendar(first: string, last: string): Origin<Day> {
  for (const date of [first, last]) {
    if (!isDate(date)) throw new Failure('BadDeclaration', `calendar: '${date}' is not a date`)
  }
  if (first > last) throw new Failure('BadDeclaration', `calendar: ${first} is after ${last}`)
  return generator(function* () {
    for (let time = Date.parse(first); time <= Date.parse(last); time += DAY) yield dayOf(time)
  })
}

/** The day that holds an instant of UTC, in milliseconds. */
export function dayOf(time: number): Day {
  const date = new Date(time)
  const year = date.getUTCFullYear()
  const month = date.getUTCMonth() + 1
  const weekday = date.getUTCDay() || 7
  // The Thursday of a week lies in the year that ISO 8601 counts the week to.
  const thursday = new Date(time + (4 - weekday) * DAY)
  const isoYear = thursday.getUTCFullYear()
  return {
    iso: date.toISOString().slice(0, 10),
    year,
    quarter: Math.ceil(month / 3),
    month,
    day: date.getUTCDate(),
    weekday,
    dayOfYear: dayInYear(date),
    isoWeek: Math.ceil(dayInYear(thursday) / 7),
    isoYear,
    isLastDayOfMonth: new Date(time + DAY).getUTCDate() === 1,
  }
}

function dayInYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY) + 1
}
