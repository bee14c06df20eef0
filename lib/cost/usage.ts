import { PRICES } from './prices.ts'

/** What something takes of AWS, in the units that AWS charges for. */
export interface Usage {
  /** Lambda: gigabytes of memory, each for a second. */
  readonly gbSeconds: number
  /** Lambda: calls of functions. */
  readonly calls: number
  /** Step Functions: states that are entered. */
  readonly transitions: number
  /** S3: requests that cost as PUT does. */
  readonly puts: number
  /** S3: requests that cost as GET does. */
  readonly gets: number
  /** S3: bytes, each kept for a second. */
  readonly byteSeconds: number
  /** Redshift Serverless: its capacity, each unit for a second. */
  readonly rpuSeconds: number
}

export const nothing: Usage = {
  gbSeconds: 0,
  calls: 0,
  transitions: 0,
  puts: 0,
  gets: 0,
  byteSeconds: 0,
  rpuSeconds: 0,
}

/** US dollars, by service. */
export interface Cost {
  readonly redshift: number
  readonly lambda: number
  readonly stepFunctions: number
  readonly s3: number
}

const HOUR = 3600
/** Bytes of a gigabyte, and seconds of a month, as S3 counts them. */
const GB = 2 ** 30
const MONTH = 730 * HOUR

export const plus = (one: Usage, other: Usage): Usage => ({
  gbSeconds: one.gbSeconds + other.gbSeconds,
  calls: one.calls + other.calls,
  transitions: one.transitions + other.transitions,
  puts: one.puts + other.puts,
  gets: one.gets + other.gets,
  byteSeconds: one.byteSeconds + other.byteSeconds,
  rpuSeconds: one.rpuSeconds + other.rpuSeconds,
})

/** What it costs at list prices, in US dollars. */
export const costOf = (usage: Usage): Cost => ({
  redshift: (usage.rpuSeconds / HOUR) * PRICES.capacity.dollars,
  lambda: usage.gbSeconds * PRICES.functionTime.dollars + usage.calls * PRICES.functionCall.dollars,
  stepFunctions: usage.transitions * PRICES.transition.dollars,
  s3:
    usage.puts * PRICES.put.dollars +
    usage.gets * PRICES.get.dollars +
    (usage.byteSeconds / GB / MONTH) * PRICES.stored.dollars,
})

export const dollarsOf = ({ redshift, lambda, stepFunctions, s3 }: Cost): number =>
  redshift + lambda + stepFunctions + s3
