import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Who serves a directory. */
export interface Note {
  readonly server: number
  /** The process that started the server. */
  readonly program: number
  /** What the server's command line holds, and that of no other process. */
  readonly mark: string
  /** A folder to be deleted after the server. */
  readonly socketFolder?: string
}

const noteFile = (dir: string): string => join(dir, 'server.json')

/** Notes who serves `dir`. */
export function takeNote(dir: string, note: Note): void {
  writeFileSync(noteFile(dir), `${JSON.stringify(note)}\n`)
}

/** Takes the note away: nobody serves `dir` any more. */
export const forget = (dir: string): void => rmSync(noteFile(dir), { force: true })

/** Stops the server that a crashed run has left on `dir`; refuses if the run is still going on. */
export async function stopStale(dir: string): Promise<void> {
  const { server, program, mark, socketFolder } = readNote(dir) ?? {}
  if (!server || !mark) return
  // An orphan has another parent than the process that started it.
  if (serverWith(mark, server)?.parent === program) {
    throw new Error(`${dir} is in use by process ${program}; wait for it, or use another directory`)
  }
  for (let tenths = 0; serverWith(mark, server) && tenths < 200; tenths++) {
    if (tenths === 0) kill(server, 'SIGTERM')
    if (tenths === 100) kill(server, 'SIGKILL')
    await sleep(100)
  }
  if (socketFolder) rmSync(socketFolder, { recursive: true, force: true })
  forget(dir)
}

function readNote(dir: string): Note | undefined {
  try {
    return JSON.parse(readFileSync(noteFile(dir), 'utf8'))
  } catch {
    return undefined
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has just ended.
  }
}

/** The process of that number if it is the server, and not some later process. */
function serverWith(mark: string, pid: number): { parent: number } | undefined {
  const found = existsSync('/proc/self/stat') ? fromProc(pid) : fromPs(pid)
  return found?.command.includes(mark) ? found : undefined
}

function fromProc(pid: number): { parent: number; command: string } | undefined {
  try {
    const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1) ?? ''
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    return { parent: Number(afterName.split(' ')[1]), command }
  } catch {
    return undefined
  }
}

function fromPs(pid: number): { parent: number; command: string } | undefined {
  const args = ['-ww', '-o', 'ppid=', '-o', 'args=', '-p', `${pid}`]
  const { stdout } = spawnSync('ps', args, { encoding: 'utf8' })
  const [, parent, command = ''] = /^\s*(\d+)\s+(.*)/.exec(stdout ?? '') ?? []
  return parent ? { parent: Number(parent), command } : undefined
}
