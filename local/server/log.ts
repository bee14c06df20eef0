import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'

/** Opens an empty log file for a child process to write. */
export function openLog(file: string): { file: string; fd: number; close(): void } {
  const fd = openSync(file, 'w', 0o600)
  return { file, fd, close: () => closeSync(fd) }
}

/** The last lines of a log, to end an error message with. */
export function tailOf(file: string, lines = 8): string {
  const text = existsSync(file) ? readFileSync(file, 'utf8').trimEnd() : ''
  if (text === '') return `; its log ${file} is empty`
  const tail = text.split('\n').slice(-lines)
  return `; its log ${file} ends with\n${tail.map((line) => `  ${line}`).join('\n')}`
}
