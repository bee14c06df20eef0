import { PRICES } from './prices.ts'

/** What a stage has whether or not there are nights. */
export interface Standing {
  readonly secrets: number
  /** The availability zones in which an endpoint of Secrets Manager stands, if one does. */
  readonly zones: number
  readonly metrics: number
}

const HOURS = 730

/** US dollars a month; of metrics, at most so many. */
export function standingCost({ secrets, zones, metrics }: Standing): {
  readonly fixed: number
  readonly metrics: number
} {
  const { secret, key, endpoint, metric } = PRICES
  return {
    fixed: key.dollars + secrets * secret.dollars + zones * HOURS * endpoint.dollars,
    metrics: metrics * metric.dollars,
  }
}
