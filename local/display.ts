/** Writes what a person sees of a night: lines that stay, and on a terminal one that moves. */
export interface Display {
  /** Writes a line that stays. */
  line(text?: string): void
  /** Shows what is under way, in the line that moves; without a terminal, nothing. */
  status(text: string): void
}

export function displayOn(output: NodeJS.WriteStream): Display {
  const clear = output.isTTY ? '\r\u001b[K' : ''
  return {
    line: (text = '') => {
      output.write(`${clear}${text}\n`)
    },
    status: (text) => {
      if (output.isTTY) output.write(clear + text.slice(0, (output.columns || 80) - 1))
    },
  }
}

export const count = (number: number): string => number.toLocaleString('en-US')

/** `1.4 MB` */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`
}

export const seconds = (value: number): string => `${value.toFixed(1)} s`

/** Lines of columns, each as wide as it must be; numbers stand to the right. */
export function columns(rows: readonly (readonly string[])[], right: readonly number[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) =>
    Math.max(...rows.map((row) => (row[i] ?? '').length)),
  )
  return rows.map((row) =>
    row
      .map((cell, i) =>
        right.includes(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
}

/**
 * A line as lines that a terminal of 80 columns shows whole, all but the first behind `indent`. What
 * stands in backticks is a command to copy: it is not broken.
 */
export function wrap(line: string, indent: string): string[] {
  const lines: string[] = []
  let current = /^\s*/.exec(line)?.[0] ?? ''
  for (const word of line.match(/`[^`]*`\S*|\S+/g) ?? []) {
    const longer = current.trim() ? `${current} ${word}` : current + word
    if (longer.length <= 80 || !current.trim()) current = longer
    else {
      lines.push(current)
      current = indent + word
    }
  }
  return [...lines, current]
}
