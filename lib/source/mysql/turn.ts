import { randomInt } from 'node:crypto'
import { Failure } from '../../error.ts'
import type { Session } from './session.ts'

/** Seconds to wait for a turn here; then the state machine does, and others have the connection. */
const PATIENCE = 20

/**
 * Waits until fewer than so many sessions of a source read its server at once. A turn is a lock of the
 * server's own, which takes no right and ends with the connection, however that ends. Throws a
 * Busy where none came up.
 */
export async function awaitTurn(
  { source, rows }: Pick<Session, 'source' | 'rows'>,
  connections: number,
  patience: number = PATIENCE,
): Promise<void> {
  const lock = async (turn: number, seconds: number) => {
    // The name of a lock may have 64 characters.
    const name = `usher ${source.slice(0, 50)} ${turn}`
    const [[got] = []] = await rows('SELECT GET_LOCK(?, ?)', [name, String(seconds)])
    return got === '1'
  }
  const deadline = performance.now() + patience * 1000
  do {
    const first = randomInt(connections)
    for (let i = 0; i < connections; i++) {
      if (await lock((first + i) % connections, 0)) return
    }
    if (await lock(first, 1)) return
  } while (performance.now() < deadline)
  const taken = connections === 1 ? 'its connection is' : `all its ${connections} connections are`
  throw new Failure('Busy', `${source}: ${taken} in use`)
}
