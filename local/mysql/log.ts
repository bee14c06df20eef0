import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import type { Installed } from './find.ts'

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

const PROFILE = '/etc/apparmor.d/usr.sbin.mysqld'

/** What to do about Ubuntu's AppArmor, which keeps MySQL's server out of all folders but its own. */
export function hintOf(server: Installed, file: string): string {
  const denied = /permission denied|errno: ?13\b/i.test(readFileSync(file, 'utf8'))
  if (server.flavor !== 'mysql' || !denied || !existsSync(PROFILE)) return ''
  return `\nAppArmor may be keeping it out: try \`sudo apparmor_parser -R ${PROFILE}\`, or MariaDB`
}
