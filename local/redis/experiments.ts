/** An experiment of the sample. Days are counted from the run date, which is 0. */
export interface Experiment {
  readonly name: string
  readonly description?: string
  /** The control first; with how well each sells, the control being 1. */
  readonly alternatives: Readonly<Record<string, number>>
  readonly first: number
  readonly last: number
  readonly time: string
  /** The share of visitors that takes part. */
  readonly fraction?: number
  /** What counts as a conversion: under the name of a KPI, or of none, which is ''. */
  readonly conversions: Readonly<Record<string, 'click' | 'order'>>
  readonly winner?: string
  readonly archived?: true
  readonly paused?: true
}

export const FIRST = -20

export const experiments: readonly Experiment[] = [
  {
    name: 'search-layout',
    description: 'Do people buy more when they see the seats on a map?',
    alternatives: { list: 1, map: 1.4 },
    ...{ first: FIRST, last: 0, time: '08:30' },
    conversions: { click: 'click', purchase: 'order' },
  },
  {
    name: 'buy-button',
    description: 'The colour of the button. “Orange” won, and everybody has it now.',
    alternatives: { green: 1, orange: 1.8, blue: 0.9 },
    ...{ first: FIRST, last: -6, time: '16:05' },
    conversions: { '': 'order' },
    winner: 'orange',
  },
  {
    name: 'fee-display',
    description: 'Fees up front, or at checkout?\nLegal says: "up front".',
    alternatives: { 'at-checkout': 1, 'up-front': 1.1 },
    // The microseconds are of Sixpack's first versions.
    ...{ first: FIRST, last: -9, time: '11:42:07.250113' },
    conversions: { '': 'order' },
    archived: true,
  },
  {
    name: 'home-hero',
    alternatives: { calendar: 1, map: 1, video: 0.8 },
    ...{ first: -14, last: -4, time: '10:00' },
    fraction: 0.5,
    conversions: { '': 'order', click: 'click' },
    paused: true,
  },
]
