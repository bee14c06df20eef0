/** The name that a table or column can have in the warehouse, and in the file. */
export const nameFor = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9_$]/g, '_')
    .replace(/^\d/, '_$&')
    // JavaScript keeps it for itself.
    .replace(/^__proto__$/, '_proto_')

/** Text as a string of the file. */
export const quoted = (text: string): string =>
  `'${text.replaceAll(/['\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`
