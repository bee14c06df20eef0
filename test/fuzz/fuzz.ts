import fc from 'fast-check'

/** `npm run test:fuzz -- 60` tries each property for so many seconds. */
const SECONDS = Number(process.env.FUZZ_SECONDS ?? 0)
/** What fails is printed with its seed, and fails again under it. */
const SEED = process.env.FUZZ_SEED

/** Tries a property so many times, or for as long as there is time for. */
export async function fuzz(property: fc.IRawProperty<unknown>, runs: number): Promise<void> {
  await fc.assert(property, {
    ...(SEED !== undefined && { seed: Number(SEED) }),
    ...(SECONDS > 0
      ? { numRuns: 1_000_000_000, interruptAfterTimeLimit: SECONDS * 1000 }
      : { numRuns: runs }),
  })
}
