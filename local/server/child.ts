import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The children that must not outlive this process, with what is to be done after each. */
const living = new Map<ChildProcess, () => void>()

/** Ends the child with this process, however this process ends, short of SIGKILL. */
export function tie(child: ChildProcess, after: () => void): void {
  if (living.size === 0) {
    process.on('exit', endAll)
    for (const signal of SIGNALS) process.on(signal, onSignal)
  }
  living.set(child, after)
  const ended = () => {
    living.delete(child)
    after()
    if (living.size === 0) untie()
  }
  child.once('exit', ended)
  // A program that could not be started at all has no number, and never exits.
  child.once('error', () => child.pid ?? ended())
}

/** Asks the child to end, and makes it after ten seconds. */
export async function end(child: ChildProcess): Promise<void> {
  if (!child.pid || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await ended
  clearTimeout(timer)
}

function untie(): void {
  process.off('exit', endAll)
  for (const signal of SIGNALS) process.off(signal, onSignal)
}

function endAll(): void {
  for (const [child, after] of living) {
    child.kill('SIGTERM')
    after()
  }
}

// A listener takes away a signal's own effect. Where the program listens too, it decides.
function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return
  endAll()
  untie()
  process.kill(process.pid, signal)
}
