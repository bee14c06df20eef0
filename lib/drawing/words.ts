import { type Outcome, secondsOf, type TableOutcome } from './night.ts'

/** How an outcome is called. */
export const outcomeWords: Readonly<Record<Outcome | 'absent', string>> = {
  loaded: 'loaded',
  done: 'done',
  complete: 'complete already',
  running: 'running',
  stopped: 'stopped',
  skipped: 'skipped',
  failed: 'failed',
  absent: 'not in this night',
}

/** What stands in a box below the name: `loaded, 4.2 s`. */
export function noteOf(outcome?: TableOutcome): string {
  const seconds = secondsOf(outcome)
  const word = outcomeWords[outcome?.outcome ?? 'absent']
  if (seconds === undefined) return word
  return outcome?.outcome === 'failed'
    ? `${word} after ${duration(seconds)}`
    : `${word}, ${duration(seconds)}`
}

/** `4.2 s`, `12 min 5 s`, `2 h 10 min` */
export function duration(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} min ${whole % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** `26 tables and 1 task` */
export function amountOf(boxes: readonly { readonly isTask?: true }[]): string {
  const tasks = boxes.filter(({ isTask }) => isTask).length
  const amount = (n: number, noun: string) => (n === 0 ? [] : [`${n} ${noun}${n === 1 ? '' : 's'}`])
  return [...amount(boxes.length - tasks, 'table'), ...amount(tasks, 'task')].join(' and ')
}

/** `120,000` */
export const count = (number: number): string => number.toLocaleString('en-US')

/** `1.4 MB` */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`
}

/** A name as lines of at most `most` letters, broken where its words end if that is possible. */
export function broken(name: string, most: number): string[] {
  const lines: string[] = []
  for (const word of name.match(/[^_.]*[_.]*/g) ?? []) {
    const longer = `${lines.at(-1) ?? ''}${word}`
    if (lines.length > 0 && longer.length <= most) lines[lines.length - 1] = longer
    else lines.push(...(word.match(new RegExp(`.{1,${most}}`, 'g')) ?? []))
  }
  return lines
}
