import { existsSync, readFileSync } from 'node:fs'
import type { Installed } from './find.ts'

const PROFILE = '/etc/apparmor.d/usr.sbin.mysqld'

/** What to do about Ubuntu's AppArmor, which keeps MySQL's server out of all folders but its own. */
export function hintOf(server: Installed, file: string): string {
  const denied = /permission denied|errno: ?13\b/i.test(readFileSync(file, 'utf8'))
  if (server.flavor !== 'mysql' || !denied || !existsSync(PROFILE)) return ''
  return `\nAppArmor may be keeping it out: try \`sudo apparmor_parser -R ${PROFILE}\`, or MariaDB`
}
