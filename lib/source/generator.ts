import type { Origin, Reading, Source } from '../table/origin.ts'

/** The system that is no system: rows made by a function. */
export const code: Source = { name: 'code', kind: 'generator', packages: [] }

/** Few enough that even rows of megabytes are not too many to hold. */
const BATCH = 100

/**
 * Records from any generator function, asynchronous or not. It is given the run date, and a signal
 * that is aborted when nobody wants the rest.
 */
export function generator<Record>(
  make: (reading: Pick<Reading, 'date' | 'signal'>) => Iterable<Record> | AsyncIterable<Record>,
): Origin<Record> {
  return {
    source: code,
    async *read(reading) {
      let batch: Record[] = []
      for await (const record of make(reading)) {
        reading.signal.throwIfAborted()
        batch.push(record)
        if (batch.length === BATCH) {
          yield batch
          batch = []
        }
      }
      yield batch
    },
  }
}
