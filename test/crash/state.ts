import type { FailureNote } from '../../lib/night/receipt.ts'
import { type AnyDefinition, isTask } from '../../lib/table/definition.ts'
import type { World } from './stage.ts'

/** What a night has made of a table or task: what everybody can see, and what it left behind. */
export interface State {
  readonly rows: readonly string[]
  /** Receipts, without what tells of one run and not of another. */
  readonly receipts: readonly string[]
  /** `usher.loads`, in the order of the loads. */
  readonly loads: readonly Load[]
  /** The load that the receipt for each run date tells of. */
  readonly owners: Readonly<Record<string, Owner>>
  /** The rows that the table's own journal has, where it has one. */
  readonly journal: number | undefined
  /** The rows that its checks have set aside, where they have. */
  readonly aside: readonly string[] | undefined
  /** Why it was not complete, as the last execution has it that failed. */
  readonly note: string | undefined
  /** The files that are staged, by the runs of their attempts. */
  readonly staging: readonly string[]
}

interface Owner {
  readonly run: string
  readonly date: string
}

interface Load {
  readonly run: string
  readonly date: string
  readonly manifest: string
  /** Its own rows, and those of the table then. */
  readonly counts: string
}

/** Looks at a world. */
export async function stateOf(world: World, own: AnyDefinition): Promise<State> {
  const { bucket, redshift } = world
  const ask = async (query: string) =>
    (await redshift.query(query)).rows.map((row) => row.map(String))
  const receipts = (await bucket.list('receipts/')).filter((key) =>
    key.includes(`${own.name}/date=`),
  )
  const told = (await Promise.all(receipts.map((key) => bucket.get<Receipt>(key)))) as Receipt[]
  const keeps = async (name: string) => {
    const [[known] = []] = await ask(
      `select count(*) from svv_columns where table_schema = 'usher' and table_name = '${name}'`,
    )
    return known !== '0'
  }
  const rowsOf = async (schema: string, name: string) =>
    (await ask(`select * from "${schema}"."${name}"`)).map((row) => row.join('|')).sort()
  const [journal, aside] = [`loads_of_${own.id}`, `aside_${own.id}`]
  const note = (await bucket.list('runs/'))
    .filter((key) => key.endsWith(`${own.name}.failed.json`))
    .at(-1)
  const loads = await ask(
    `select run, run_date, manifest, row_count, table_rows from usher.loads
     where table_name = '${own.id}' order by loaded_at`,
  )
  return {
    rows: isTask(own) ? [] : await rowsOf(own.schema, own.name),
    receipts: told.map((receipt) => JSON.stringify(lasting(receipt))).sort(),
    loads: loads.map(([run = '', date = '', manifest = '', ...counts]) => ({
      ...{ run, date, manifest },
      counts: counts.join(' of '),
    })),
    owners: Object.fromEntries(told.map(({ date, run, newer }) => [date, newer ?? { date, run }])),
    journal: (await keeps(journal)) ? (await rowsOf('usher', journal)).length : undefined,
    aside: (await keeps(aside)) ? await rowsOf('usher', aside) : undefined,
    note: note && (await bucket.get<FailureNote>(note))?.reason,
    staging: (await bucket.list('staging/')).map(withoutAttempt),
  }
}

/** The number of an attempt tells nothing. */
const withoutAttempt = (key: string): string => key.replace(/-[0-9a-f]{8}\//, '/')

interface Receipt extends Readonly<Record<string, unknown>> {
  readonly date: string
  readonly run: string
  /** The load whose newer rows were there already. */
  readonly newer?: Owner
}

/** What of a receipt is the same whoever wrote it, with what it says of an increment. */
export type Kept = Readonly<Record<string, unknown>> & { readonly date: string }

function lasting(receipt: Receipt): Kept {
  const { run, bytes, extractSeconds, loadSeconds, worked, read, readAt, increment, ...rest } =
    receipt
  const { base, ...further } = (increment ?? {}) as Record<string, unknown>
  return { ...rest, ...further }
}

/**
 * What differs from an undisturbed night's, in sentences; none where all is well. Only where a load
 * was done `anew`, by an execution that could not know of it, may there be two of it in the audit.
 */
export function differences(found: State, expected: State, anew: boolean): string[] {
  const loadsOf = ({ loads }: State) => loads.map(({ date, counts }) => `${date}: ${counts}`)
  const once = (list: readonly string[]) => (anew ? [...new Set(list)] : list)
  return [
    ...compared('rows', found.rows, expected.rows),
    ...compared('receipts', found.receipts, expected.receipts),
    ...compared('staging', found.staging, []),
    ...compared('usher.loads', once(loadsOf(found)), once(loadsOf(expected))),
    ...counts(found),
  ]
}

/** What is wrong with what a state tells of itself, in sentences: no load is counted twice. */
export function counts(found: State): string[] {
  const names = found.loads.map(({ run, date, manifest }) => `${run} ${date} ${manifest}`)
  const problems = compared('usher.loads, each once', names, [...new Set(names)])
  if (found.journal !== undefined && found.journal !== found.loads.length) {
    problems.push(`the journal has ${found.journal} loads, usher.loads ${found.loads.length}`)
  }
  for (const [date, { run }] of Object.entries(found.owners)) {
    const last = found.loads.findLast((load) => load.date === date)
    // Executions are named in the order of the alphabet. A receipt may tell of less than is there.
    if (found.journal !== undefined && last && last.run < run) {
      problems.push(`the receipt for ${date} is of ${run}, the rows are of ${last.run}`)
    }
  }
  return problems
}

/** What one list lacks of another, and has too many, in sentences. */
export function compared(
  what: string,
  ours: readonly string[],
  theirs: readonly string[],
): string[] {
  const [missing, extra] = [without(theirs, ours), without(ours, theirs)]
  const about = (list: readonly string[], how: string) =>
    list.length === 0 ? [] : [`${what}: ${list.length} ${how}: ${list[0]?.slice(0, 200)}`]
  return [...about(missing, 'missing'), ...about(extra, 'too many')]
}

/** What is in a list more often than in another. */
function without(list: readonly string[], other: readonly string[]): string[] {
  const left = new Map<string, number>()
  for (const one of other) left.set(one, (left.get(one) ?? 0) + 1)
  return list.filter((one) => {
    const times = left.get(one) ?? 0
    left.set(one, times - 1)
    return times <= 0
  })
}
