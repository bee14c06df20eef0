import { type AnyDefinition, isOfItsDate, isTask } from '../../lib/table/definition.ts'
import { isLitter } from './litter.ts'
import { compared, counts, type Kept, type State } from './state.ts'

/**
 * Where the end of a story is not what it should be, in sentences; none where all is well. Loads may have
 * come in another order, and more often, than where nothing went wrong; what everybody sees is the same:
 * the rows, those that are aside, and of each date the receipt, which tells of a load that is there. A
 * table that is all of one date needs none where it is complete for a later one.
 */
export function disagreements(
  found: State,
  expected: State,
  own: AnyDefinition,
  date: string,
): string[] {
  const aside = ({ aside }: State) => (aside ? ['there are some', ...aside] : [])
  return [
    ...compared('rows', found.rows, expected.rows),
    ...compared('rows aside', aside(found), aside(expected)),
    ...receipts(found, expected, own),
    ...(isTask(own) ? [] : loads(found, expected)),
    ...counts(found),
    ...(date in expected.owners ? staging(found, expected) : note(found, expected)),
  ]
}

function receipts(found: State, expected: State, own: AnyDefinition): string[] {
  const last = Object.keys(expected.owners).sort().at(-1) ?? ''
  const isReplaced = (date: string) =>
    !isTask(own) && isOfItsDate(own) && date < last && !(date in found.owners)
  const lasting = ({ receipts }: State) =>
    receipts
      .map((text) => JSON.parse(text) as Kept)
      .filter(({ date }) => !isReplaced(date))
      .map((receipt) => JSON.stringify(ofAnyPath(receipt, last)))
  return compared('receipts', lasting(found), lasting(expected))
}

/**
 * How many changes a night has read, and how far, depends on which came first; not so the last. Whether
 * another load had newer rows already is told besides; a fingerprint may be the older reading's, for which
 * the day is read once more.
 */
function ofAnyPath({ newer, fingerprint, ...receipt }: Kept, last: string): object {
  if (receipt.declaration === undefined) return receipt
  const { rows, bound, reconciled, date, ...others } = receipt
  const rest = { date, ...others }
  return date === last ? { ...rest, bound } : rest
}

/** Each receipt is of a load, with the rows that it had where nothing went wrong. */
function loads(found: State, expected: State): string[] {
  return Object.entries(found.owners).flatMap(([date, owner]) => {
    const { run } = owner
    const load = found.loads.findLast((load) => load.date === owner.date && load.run === run)
    if (!load) return [`the receipt for ${date} is of ${run}, which has loaded nothing`]
    const calm = expected.loads.findLast((load) => load.date === date)
    const isWhole = load.counts.endsWith('of null')
    if (!calm || !isWhole || calm.counts === load.counts) return []
    return [`${run} has loaded ${load.counts} rows for ${date}, not ${calm.counts}`]
  })
}

/** What nobody wrote stays where it is, unless it lies among what is swept; of all else nothing is left. */
function staging(found: State, expected: State): string[] {
  const [ours, theirs] = [found, expected].map(({ staging }) => ({
    written: staging.filter((key) => !isLitter(key)),
    litter: staging.filter(isLitter),
  }))
  const kept = ours?.litter.filter((key) => theirs?.litter.includes(key)) ?? []
  return [
    ...compared('staging', ours?.written ?? [], theirs?.written ?? []),
    ...compared('files that nobody wrote', kept, theirs?.litter ?? []),
  ]
}

const note = (found: State, expected: State): string[] =>
  compared('the reason', [found.note ?? 'none'], [expected.note ?? 'none'])
