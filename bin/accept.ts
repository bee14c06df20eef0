import { Failure } from '../lib/error.ts'
import { namesIn } from '../lib/graph/select.ts'

/** The tables that `--accept` names, none where it is left out. Throws a BadInput where it names none. */
export function acceptedIn(value: unknown): string[] {
  if (value === undefined) return []
  const names = namesIn(String(value))
  if (names.length > 0) return names
  throw new Failure('BadInput', '--accept names no table: leave it out for none')
}
