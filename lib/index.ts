/** Everything a file in `warehouse/` needs. */

/** What a task throws to be tried again. */
export { transient } from './error.ts'
/** Charts of what tables hold. */
export { look } from './look/look.ts'
export { bars, intervals, line, points } from './look/mark.ts'
/** The sources: one maker for each outside system. */
export { calendar } from './source/calendar.ts'
export { elasticsearch } from './source/elasticsearch/elasticsearch.ts'
export { generator } from './source/generator.ts'
export { googleAnalytics } from './source/google-analytics/google-analytics.ts'
export { http } from './source/http/http.ts'
export { mysql } from './source/mysql/mysql.ts'
export { redis } from './source/redis/redis.ts'
export { s3 } from './source/s3/s3.ts'
export { sixpack } from './source/sixpack/sixpack.ts'
/** Checks of a table's new rows. */
export { accepted, fresh, none, references, rowCount, unique } from './table/check.ts'
export type { Row } from './table/column.ts'
export {
  bigint,
  boolean,
  char,
  date,
  decimal,
  double,
  integer,
  real,
  smallint,
  super_,
  time,
  timestamp,
  timestamptz,
  varbyte,
  varchar,
} from './table/column.ts'
export { copy } from './table/copy.ts'
export type { Document, Json } from './table/json.ts'
export { average, distinct, sum } from './table/measure.ts'
export { mirror } from './table/mirror.ts'
export { spark } from './table/spark.ts'
export { runDate, sql } from './table/sql.ts'
export { alias, table } from './table/table.ts'
export { task } from './table/task.ts'
export { transform } from './table/transform.ts'
