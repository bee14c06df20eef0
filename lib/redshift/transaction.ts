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
export function nameOf({ run, table, date, manifest, statement }: Work): string {
  const made = manifest ? [digest(manifest)] : statement ? [statement] : []
  return ['usher', run, table.id, date, ...made].join(' ')
}

/** Stands for what steps do, so that a load which has been mended is not taken for the one it was. */
export const digestOf = (steps: readonly Step[]): string =>
  digest(JSON.stringify(steps.map(({ statement }) => statement)))

/** Stands for a text in a name, for which it may be too long. */
const digest = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16)
