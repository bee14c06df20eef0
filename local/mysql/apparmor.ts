import { existsSync, readFileSync } from 'node:fs'
import type { Installed } from './find.ts'

const PROFILE = '/etc/apparmor.d/usr.sbin.mysqld'

/** What to do about Ubuntu's AppArmor, which keeps MySQL's server out of all folders but its own. */
export function hintOf(server: Installed, file: string): string {
  if (server.flavor !== 'mysql' || !existsSync(file) || !existsSync(PROFILE)) return ''
  if (!/permission denied|errno: ?13\b/i.test(readFileSync(file, 'utf8'))) return ''
  return `\nAppArmor may be keeping it out: try \`sudo apparmor_parser -R ${PROFILE}\`, or MariaDB`
}
