/** How many were tried, and how many of them did not converge. */
export interface Tally {
  readonly tried: number
  readonly failed: number
  readonly milliseconds: number
}

export const none: Tally = { tried: 0, failed: 0, milliseconds: 0 }

/** Adds to what is known of something. */
export function add(tallies: Map<string, Tally>, what: string, more: Tally): void {
  const known = tallies.get(what) ?? none
  tallies.set(what, {
    tried: known.tried + more.tried,
    failed: known.failed + more.failed,
    milliseconds: known.milliseconds + more.milliseconds,
  })
}

/** What was tried, as a table for a person. */
export function tableOf(title: string, tallies: ReadonlyMap<string, Tally>): string {
  const line = (what: string, tried: string, converge: string, took: string) =>
    `${what.padEnd(56)}${tried.padStart(6)}${converge.padStart(10)}${took.padStart(8)}`
  return [
    line(title, 'tried', 'converge', 'took'),
    ...[...tallies].map(([what, { tried, failed, milliseconds }]) =>
      line(what, `${tried}`, `${tried - failed}`, seconds(milliseconds)),
    ),
  ].join('\n')
}

/** `214 s` */
export const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(0)} s`
