import { elasticsearch, googleAnalytics, http, mysql, redis, s3, sixpack } from '#lib'

/**
 * The production database: give Usher a replica of it, and leave `primary` out, so that no other server
 * is read by mistake. The sample's only server is written to, as yours may be.
 */
export const production = mysql('production', { secret: 'usher/production', primary: true })

/** The search cluster, where each search is written down in the index of its day. */
export const search = elasticsearch('search', { secret: 'usher/search' })

/** The log files of the web servers. */
export const logs = s3('logs', { bucket: 'marketplace-logs' })

/** The A/B tests, which Sixpack keeps in Redis: give Usher a replica of it. */
export const abTests = sixpack(redis('sixpack', { secret: 'usher/sixpack' }))

/** The website's property of Google Analytics 4. */
export const analytics = googleAnalytics('analytics', {
  secret: 'usher/analytics',
  property: '123456789',
  timeZone: 'Etc/UTC',
})

/** Partners that sell tickets to our events, and report what they sold. */
export const stubmarket = http('stubmarket', { secret: 'usher/stubmarket' })
export const boxoffice = http('boxoffice', { secret: 'usher/boxoffice' })
