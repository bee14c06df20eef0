/** The comment right above the line that exports a table, as one line; undefined without any. */
export function commentOf(text: string, name: string): string | undefined {
  const lines = text.split('\n')
  const at = lines.findIndex((line) => line.startsWith(`export const ${name} `))
  const end = at - 1
  if (at < 1 || !lines[end]?.trimEnd().endsWith('*/')) return undefined
  const start = lines.slice(0, at).findLastIndex((line) => line.startsWith('/**'))
  if (start < 0) return undefined
  const words = lines.slice(start, at).map((line) =>
    line
      .trim()
      .replace(/^\/\*\*/, '')
      .replace(/\*\/$/, '')
      .replace(/^\*/, '')
      .trim(),
  )
  return words.filter(Boolean).join(' ') || undefined
}
