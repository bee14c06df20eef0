import { createHash } from 'node:crypto'
import { Failure } from '../error.ts'
import type { Earlier } from './client.ts'
import { MOST_STATEMENTS } from './ddl.ts'
import type { Work } from './load.ts'
import type { Step } from './publish.ts'

/** The Data API takes this many bytes of a statement. */
const MOST_BYTES = 100 * 1024

/**
 * Runs the steps of a load as one transaction, whose name says which load it is; another of the same
 * load has a word besides. Gives the rows of each. Throws as `Warehouse.transaction` does.
 */
export function runSteps(
  work: Work,
  steps: readonly Step[],
  { word, earlier }: { readonly word?: string; readonly earlier?: Earlier } = {},
): Promise<number[]> {
  const { warehouse, table, deadline } = work
  const statements = steps.map(({ statement }) => statement)
  const longest = Math.max(...statements.map(({ text }) => Buffer.byteLength(text)))
  if (statements.length > MOST_STATEMENTS || longest > MOST_BYTES) {
    const size = `${statements.length} statements, the longest of ${longest} bytes`
    throw new Failure('BadDeclaration', `${table.id}: the Data API does not take ${size}`)
  }
  const name = [nameOf(work), ...(word ? [word] : [])].join(' ')
  return warehouse.transaction(name, statements, deadline, earlier)
}

/** What the transaction of a load is called. */
export const nameOf = ({ run, table, date, manifest }: Work): string =>
  ['usher', run, table.id, date, ...(manifest ? [digest(manifest)] : [])].join(' ')

/** Stands for a manifest in a name, for which its own may be too long. */
const digest = (manifest: string): string =>
  createHash('sha256').update(manifest).digest('hex').slice(0, 16)
