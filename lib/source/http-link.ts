/** A link with its parameters, up to the comma before the next one (RFC 8288, section 3). */
const LINK =
  /[\s,]*<([^<>]*)>((?:\s*;\s*(?:[^\s=;,<>"]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]*))?)?)*)\s*(?=,|$)/y

const PARAMETER = /;\s*([^\s=;,<>"]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?/g

/**
 * The target of the first link whose relation is `next`; undefined if there is none. Throws an Error
 * for a header that cannot be read, as it might hold one.
 */
export function nextLink(header: string): string | undefined {
  let end = 0
  while (/[^\s,]/.test(header.slice(end))) {
    LINK.lastIndex = end
    const [link, target = '', parameters = ''] = LINK.exec(header) ?? []
    if (link === undefined) throw new Error('no list of links')
    if (isNext(parameters)) return target.trim()
    end += link.length
  }
  return undefined
}

/** Of two relations the first counts; a link with an anchor speaks of some other page. */
function isNext(text: string): boolean {
  const parameters = [...text.matchAll(PARAMETER)].map(([, name = '', quoted, bare]) => ({
    name: name.toLowerCase(),
    value: quoted?.replaceAll(/\\(.)/g, '$1') ?? bare ?? '',
  }))
  const relations = parameters.find(({ name }) => name === 'rel')?.value.toLowerCase() ?? ''
  return (
    relations.split(/\s+/).includes('next') && !parameters.some(({ name }) => name === 'anchor')
  )
}
