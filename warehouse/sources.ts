import { mysql, redis, sixpack } from '#lib'

/** The production database: give Usher a replica of it. */
export const production = mysql('production', { secret: 'usher/production' })

/** The A/B tests, which Sixpack keeps in Redis: give Usher a replica of it. */
export const abTests = sixpack(redis('sixpack', { secret: 'usher/sixpack' }))
