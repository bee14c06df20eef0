const SEPARATOR = /[\s,]*/y
const TARGET = /<([^<>]*)>\s*/y
const PARAMETER = /;\s*(?:([^\s=;,<>"]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*))\s*)?)?/y

/**
 * The target of the first link of a Link header (RFC 8288) whose relation is `next`; undefined if
 * there is none. Throws an Error for a header that cannot be read, as it might hold one.
 */
export function nextLink(header: string): string | undefined {
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(header) ?? undefined
    if (found) at = pattern.lastIndex
    return found
  }
  for (take(SEPARATOR); at < header.length; take(SEPARATOR)) {
    const target = take(TARGET)?.[1]
    const parameters = new Map<string, string>()
    for (let found = take(PARAMETER); found; found = take(PARAMETER)) {
      const [, name = '', quoted, bare = ''] = found
      const key = name.toLowerCase()
      // Of two relations the first counts.
      if (!parameters.has(key)) parameters.set(key, quoted?.replaceAll(/\\(.)/g, '$1') ?? bare)
    }
    if (target === undefined || !/^(,|$)/.test(header.slice(at, at + 1))) {
      throw new Error('no list of links')
    }
    const relations = parameters.get('rel')?.toLowerCase().split(/\s+/)
    // A link with an anchor speaks of some other page.
    if (relations?.includes('next') && !parameters.has('anchor')) return target.trim()
  }
  return undefined
}
