import { STADIUMS } from './football.ts'
import { HALL_CITIES, HALLS } from './halls.ts'
import { random } from './random.ts'
import type { Row } from './row.ts'

export interface Venue {
  readonly name: string
  readonly country: string
  readonly row: Row
}

const stadiums = STADIUMS.map(([name, street, city, state, latitude, longitude, seats, zone]) => {
  const address = `${street}\n${city}, ${state}\nUSA`
  return {
    name,
    country: 'US',
    row: [name, address, city, state, 'US', latitude, longitude, seats, zone],
  }
})

const halls = HALL_CITIES.flatMap(([city, state, country, latitude, longitude, zone], town) =>
  HALLS.map((pattern, hall) => {
    const r = random('venues', town * HALLS.length + hall)
    const name = pattern.replace('%', city)
    const address = r.percent(10)
      ? null
      : `${r.between(1, 999)} Main St.\r\n"Rear entrance"\r\n${city}`
    const nearby = (degrees: number) => degrees + r.between(-4000, 4000) / 100_000
    const capacity = r.percent(10) ? null : r.between(3, 200) * 100
    const place = [nearby(latitude), nearby(longitude)]
    return { name, country, row: [name, address, city, state, country, ...place, capacity, zone] }
  }),
)

/** The NFL's stadiums at their true places, then halls of a dozen cities; ids count from one. */
export const venues: readonly Venue[] = [...stadiums, ...halls].map((venue, at) => ({
  ...venue,
  row: [at + 1, ...venue.row],
}))

/** The first hall's place in the list of venues. */
export const FIRST_HALL = stadiums.length
