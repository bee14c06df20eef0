/**
 * What several generators yield, in the order it comes. All have taken their first step before
 * anything is handed on, and none is ever more than one step ahead of what was. However it ends,
 * `stop` is called, to break off what is under way, and it is waited for.
 */
export async function* inParallel<T>(
  generators: readonly AsyncGenerator<T>[],
  stop: () => void,
): AsyncGenerator<T> {
  const steps = new Map<AsyncGenerator<T>, Promise<[AsyncGenerator<T>, IteratorResult<T>]>>()
  const step = (generator: AsyncGenerator<T>) => {
    const taken = generator.next().then((result) => [generator, result] as const)
    // It may fail while nobody waits for it; it is waited for later.
    taken.catch(() => {})
    steps.set(generator, taken as Promise<[AsyncGenerator<T>, IteratorResult<T>]>)
  }
  try {
    generators.forEach(step)
    await Promise.all(steps.values())
    while (steps.size > 0) {
      const [generator, result] = await Promise.race(steps.values())
      if (result.done) {
        steps.delete(generator)
      } else {
        step(generator)
        yield result.value
      }
    }
  } finally {
    stop()
    await Promise.allSettled(steps.values())
  }
}
