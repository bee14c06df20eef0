import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a source is, without its password: a server's address, or the sample. */
export function identityOf(url: string | undefined): string {
  if (url === undefined) return 'the sample'
  if (!URL.canParse(url)) return url
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}

/**
 * Notes which server each source was. Throws an error where one is another than in the nights before:
 * the warehouse would hold rows of both, and receipts of one for the other.
 */
export function holdSources(home: string, sources: Readonly<Record<string, string>>): void {
  const file = join(home, 'sources.json')
  const before: Record<string, string> = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : {}
  for (const [name, now] of Object.entries(sources)) {
    const was = before[name] ?? now
    if (was === now) continue
    throw new Error(
      `${name} is ${now} now, and was ${was} in the nights before: the warehouse in ${home} would ` +
        'mix the two. Give this one a home of its own, as in USHER_HOME=.usher/mine npm run night, ' +
        `or start afresh with rm -rf ${home}`,
    )
  }
  writeFileSync(file, `${JSON.stringify({ ...before, ...sources }, null, 2)}\n`)
}
