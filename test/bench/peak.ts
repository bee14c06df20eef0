import { readFileSync } from 'node:fs'

/** The most memory that a process has had resident so far, in bytes; undefined where it has ended. */
export function peakOf(pid: number | 'self'): number | undefined {
  try {
    const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kilobytes ? Number(kilobytes) * 1024 : undefined
  } catch {
    return undefined
  }
}
