import type { NightRecord } from '../../local/record.ts'
import type { Meaning } from './naming.ts'
import { repeated } from './options.ts'

/**
 * The command that does what a night has left undone. What a forced one has done stays done: forced
 * again, it would be done twice, so only what the record lacks of what was asked for is named.
 */
export function restart(
  meaning: Meaning | undefined,
  stage: unknown,
  record: NightRecord,
  asked: readonly string[],
): string {
  const { date, force = false, accept = [], ...meant } = meaning ?? { tables: [] }
  const day = date === undefined ? '' : ` --date ${date}`
  const lacking = record.lacking(asked)
  // What a + brings along only the night knew: where some have no record, they may not have been meant.
  const sure =
    !meant.tables.some((table) => table.includes('+')) ||
    lacking.every((table) => record.tables.has(table))
  const rest = force && sure && lacking.length < asked.length ? lacking : meant.tables
  const only = rest.length > 0 ? rest.join(',') : undefined
  const accepted = accept.length > 0 ? accept.join(',') : undefined
  return `npx usher start${day}${repeated({ tables: only, force, accept: accepted, stage })}`
}
