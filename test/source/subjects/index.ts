import type { Subject } from '../subject.ts'
import { opensearchSubjects } from './elasticsearch.ts'
import { feedSubject } from './feed.ts'
import { googleAnalyticsSubject } from './google-analytics.ts'
import { httpSubject } from './http.ts'
import { mysqlSubject } from './mysql.ts'
import { redisSubject } from './redis.ts'
import { s3Subject } from './s3.ts'

/** Every source's, for what is measured of all of them. */
export const subjects: readonly Subject[] = [
  feedSubject,
  googleAnalyticsSubject,
  httpSubject,
  mysqlSubject,
  redisSubject,
  s3Subject,
  ...opensearchSubjects,
]
