/** The address of a user's own server, as an environment variable gives it. */
export interface Form {
  readonly variable: string
  /** `['mysql:', 'mariadb:']` */
  readonly protocols: readonly string[]
  /** `mysql://user:password@host:3306/db` */
  readonly example: string
  /** What the path must be: the name of a database, say. */
  readonly path?: RegExp
}

/** Reads it. Throws an error that says how to write it, and never shows it: it holds a password. */
export function readUrl(text: string, { variable, protocols, example, path }: Form): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const wrong = !url || !protocols.includes(url.protocol) || !isDecodable(url)
  if (wrong || !(path?.test(url.pathname) ?? true)) {
    throw new Error(
      `${variable} is not of the form ${example}: in a user or password, write @ as %40, : as %3A, ` +
        '/ as %2F, # as %23 and % as %25',
    )
  }
  return url
}

function isDecodable({ username, password, pathname }: URL): boolean {
  try {
    for (const part of [username, password, pathname]) decodeURIComponent(part)
    return true
  } catch {
    return false
  }
}
