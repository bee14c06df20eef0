import { mysql } from '#lib'

/** The production database: give Usher a replica of it. */
export const production = mysql('production', { secret: 'usher/production' })
