import type { Subject } from '../subject.ts'
import { feedSubject } from './feed.ts'
import { httpSubject } from './http.ts'
import { googleAnalyticsSubject } from './google-analytics.ts'
import { mysqlSubject } from './mysql.ts'
import { redisSubject } from './redis.ts'

/** Every source's, for what is measured of all of them. */
export const subjects: readonly Subject[] = [
  feedSubject,
  mysqlSubject,
  redisSubject,
]
export const subjects: readonly Subject[] = [httpSubject, mysqlSubject]
export const subjects: readonly Subject[] = [googleAnalyticsSubject, mysqlSubject]
