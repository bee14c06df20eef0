import { Failure, transient } from '../../error.ts'
import type { Reading, Source } from '../../table/origin.ts'
import { explain } from './errors.ts'
import { clientOf } from './login.ts'

/** What Redis answers: text as the bytes that it is. */
export type Reply = Buffer | number | null | readonly Reply[]

export type Command = readonly (string | Buffer)[]

/** One connection. */
export interface Session {
  /**
   * Sends commands together and gives their answers. Where the key of one holds another type than
   * the command reads, `otherType` is its answer, if there is one; else that is an error.
   */
  ask(commands: readonly Command[], otherType?: null): Promise<Reply[]>
}

const PATIENCE = 60_000

/**
 * Reads with a connection of its own, closed at the end, on an error and when the signal is aborted.
 * A connection that is lost is not made anew: behind the same address may then be another server,
 * to which the cursor of a SCAN means nothing, and keys would be missed.
 */
export async function* withSession<T>(
  source: Source,
  { signal }: Reading,
  read: (session: Session) => AsyncIterable<T>,
): AsyncGenerator<T> {
  const client = await clientOf(source)
  signal.throwIfAborted()
  const gone = Promise.withResolvers<never>()
  gone.promise.catch(() => {})
  let reason: unknown
  const giveUp = (why: unknown) => {
    reason ??= why
    // Rejects whatever was asked and is not answered.
    client.destroy()
    gone.reject(why)
  }
  const patiently = async <A>(answer: Promise<A>): Promise<A> => {
    const silence = transient(`${source.name}: no answer in ${PATIENCE / 1000} seconds`)
    const timer = setTimeout(() => giveUp(silence), PATIENCE)
    return answer.finally(() => clearTimeout(timer))
  }
  const send = async (command: Command, otherType?: null): Promise<Reply> => {
    try {
      return await client.sendCommand<Reply>([...command])
    } catch (error) {
      if (otherType === null && String(error).includes('WRONGTYPE')) return otherType
      throw explain(error, source.name, command.slice(0, 2).join(' '))
    }
  }
  const stop = () => giveUp(signal.reason)
  signal.addEventListener('abort', stop)
  try {
    const connecting = client.connect()
    // It may still come when nobody waits for it any more.
    connecting.then(
      () => reason && client.destroy(),
      () => {},
    )
    await patiently(Promise.race([connecting, gone.promise]))
    checkMode(source, await patiently(send(['HELLO'])))
    yield* read({
      ask: (commands, otherType) =>
        patiently(Promise.all(commands.map((command) => send(command, otherType)))),
    })
  } catch (error) {
    signal.throwIfAborted()
    throw explain(reason ?? error, source.name)
  } finally {
    signal.removeEventListener('abort', stop)
    client.destroy()
  }
}

/** A node of a cluster would show its own keys as if they were all. */
function checkMode(source: Source, hello: Reply): void {
  const facts = Array.isArray(hello) ? hello.map(String) : []
  const mode = facts[facts.indexOf('mode') + 1]
  if (mode === 'standalone') return
  const problem = `the server is in ${mode} mode, and one of its nodes does not have all keys`
  throw new Failure('SourceRefused', `${source.name}: ${problem}: name a Redis that is no cluster`)
}
