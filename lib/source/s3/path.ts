import { Failure } from '../../error.ts'

/** Which objects of a bucket are the files of a day. */
export interface Place {
  /**
   * What their keys begin with, the day in its place: `clicks/{yyyy}/{mm}/{dd}/`, or
   * `clicks/dt={yyyy}-{mm}-{dd}/`. The day is the one that whoever writes them counts.
   */
  readonly path: string
  /** What their keys end with, such as `.json.gz`; anything unless said. */
  readonly match?: string
}

const PARTS = ['yyyy', 'mm', 'dd']

/** Throws a BadDeclaration for a path that does not tell one day from another. */
export function checkPath(source: string, path: string): void {
  const named = [...path.matchAll(/\{([^}]*)\}/g)].map(([, part = '']) => part)
  const unknown = named.find((part) => !PARTS.includes(part))
  const fail = (problem: string) => {
    throw new Failure('BadDeclaration', `${source}: the path '${path}' ${problem}`)
  }
  if (unknown !== undefined) fail(`holds {${unknown}}; there are {yyyy}, {mm} and {dd}`)
  if (!PARTS.every((part) => named.includes(part))) fail('needs {yyyy}, {mm} and {dd}')
  if (path.startsWith('/')) fail('begins with /, which no key does')
}

/** What the keys of a day begin with. */
export function prefixOf({ path }: Place, date: string): string {
  const [yyyy = '', mm = '', dd = ''] = date.split('-')
  return path.replaceAll('{yyyy}', yyyy).replaceAll('{mm}', mm).replaceAll('{dd}', dd)
}

/**
 * Whether a key below a prefix is a file of rows: not a folder's own key, nor what other tools leave
 * beside their files, such as `_SUCCESS` or `_temporary/…`.
 */
export function isDataFile({ match = '' }: Place, prefix: string, key: string): boolean {
  const folder = prefix.lastIndexOf('/') + 1
  const names = key.slice(folder).split('/')
  return key.endsWith(match) && !key.endsWith('/') && !names.some((name) => /^[_.]/.test(name))
}
