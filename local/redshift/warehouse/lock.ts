import { Cancelled, SqlError } from '../error.ts'

interface Waiter {
  readonly owner: object
  readonly wake: () => void
}

/** The locks that LOCK takes: one transaction holds a table's until it ends. */
export class Locks {
  readonly #holders = new Map<string, object>()
  readonly #queues = new Map<string, Waiter[]>()

  /** Waits for the table. Throws a SqlError when the holder waits, directly or not, for the asker. */
  async acquire(table: string, owner: object, signal: AbortSignal): Promise<void> {
    if (this.acquireAtOnce(table, owner)) return
    if (this.#waitsFor(this.#holders.get(table), owner)) throw new SqlError('deadlock detected')
    const queue = this.#queues.get(table) ?? []
    this.#queues.set(table, queue)
    await new Promise<void>((resolve, reject) => {
      const waiter = { owner, wake: resolve }
      queue.push(waiter)
      signal.addEventListener('abort', () => {
        const at = queue.indexOf(waiter)
        if (at < 0) return
        queue.splice(at, 1)
        reject(new Cancelled())
      })
    })
  }

  /** Takes the table if nobody else has it; gives whether it did. */
  acquireAtOnce(table: string, owner: object): boolean {
    if (!this.#holders.has(table)) this.#holders.set(table, owner)
    return this.#holders.get(table) === owner
  }

  release(owner: object): void {
    for (const [table, holder] of this.#holders) {
      if (holder !== owner) continue
      const next = this.#queues.get(table)?.shift()
      if (next) this.#holders.set(table, next.owner)
      else this.#holders.delete(table)
      next?.wake()
    }
  }

  #waitsFor(holder: object | undefined, owner: object): boolean {
    for (const [table, queue] of this.#queues) {
      if (!queue.some((waiter) => waiter.owner === holder)) continue
      const next = this.#holders.get(table)
      if (next === owner || (next !== holder && this.#waitsFor(next, owner))) return true
    }
    return false
  }
}
