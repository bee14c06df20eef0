import { SqlError, unknownHere } from '../error.ts'
import { quoteText, type Token } from './token.ts'

const PARTS: Readonly<Record<string, string>> = {
  millennium: 'millennium millennia mil mils',
  century: 'century centuries c cent cents',
  decade: 'decade decades dec decs',
  year: 'year years y yr yrs',
  quarter: 'quarter quarters qtr qtrs',
  month: 'month months mon mons',
  week: 'week weeks w',
  dow: 'dayofweek dow dw weekday',
  doy: 'dayofyear doy dy yearday',
  day: 'day days d',
  hour: 'hour hours h hr hrs',
  minute: 'minute minutes m min mins',
  second: 'second seconds s sec secs',
  millisecond: 'millisecond milliseconds ms msec msecs msecond mseconds millisec millisecs',
  microsecond: 'microsecond microseconds microsec microsecs us usec usecs usecond useconds',
  epoch: 'epoch',
}

const NAMES = new Map(
  Object.entries(PARTS).flatMap(([part, names]) => names.split(' ').map((name) => [name, part])),
)

/** A date part, written as a word or as text, in one spelling. */
export function partOf(tokens: readonly Token[] = []): string {
  const [token] = tokens
  const part = token && tokens.length === 1 ? NAMES.get(token.value.toLowerCase()) : undefined
  if (!part) throw new SqlError(`"${token?.value ?? ''}" is not a date part`)
  return part
}

/** Seconds and what is below them leave the minute out in Redshift, and hold no fraction. */
export const datePart = (part: string, moment: string): string =>
  part.endsWith('isecond') || part === 'microsecond'
    ? `(date_part('${part}', ${moment}) % ${part === 'millisecond' ? 1000 : 1_000_000})`
    : `date_part('${part}', ${moment})`

/** Patterns of TO_CHAR, longest first, as strftime has them. */
const PATTERNS: readonly [pattern: string, strftime: string][] = [
  ['IYYY', '%G'],
  ['YYYY', '%Y'],
  ['YY', '%y'],
  ['IW', '%V'],
  ['MM', '%m'],
  ['Mon', '%b'],
  ['Dy', '%a'],
  ['DDD', '%j'],
  ['DD', '%d'],
  ['HH24', '%H'],
  ['HH12', '%I'],
  ['HH', '%I'],
  ['MI', '%M'],
  ['SS', '%S'],
  ['US', '%f'],
  ['MS', '%g'],
  ['AM', '%p'],
  ['PM', '%p'],
]

/** Those that strftime has no letter for. */
const EXPRESSIONS: readonly [pattern: string, sql: (moment: string) => string][] = [
  ['FMMonth', (moment) => `strftime(${moment}, '%B')`],
  ['FMDay', (moment) => `strftime(${moment}, '%A')`],
  ['FMMM', (moment) => `cast(month(${moment}) as varchar)`],
  ['FMDD', (moment) => `cast(day(${moment}) as varchar)`],
  ['MONTH', (moment) => `rpad(upper(strftime(${moment}, '%B')), 9, ' ')`],
  ['Month', (moment) => `rpad(strftime(${moment}, '%B'), 9, ' ')`],
  ['month', (moment) => `rpad(lower(strftime(${moment}, '%B')), 9, ' ')`],
  ['MON', (moment) => `upper(strftime(${moment}, '%b'))`],
  ['mon', (moment) => `lower(strftime(${moment}, '%b'))`],
  ['DAY', (moment) => `rpad(upper(strftime(${moment}, '%A')), 9, ' ')`],
  ['Day', (moment) => `rpad(strftime(${moment}, '%A'), 9, ' ')`],
  ['DY', (moment) => `upper(strftime(${moment}, '%a'))`],
  ['Q', (moment) => `cast(quarter(${moment}) as varchar)`],
]

/** TO_CHAR of a date or timestamp; a pattern of a number is not known. */
export function toChar(moment: string, format: string): string {
  const pieces = pieceNames(format).map(([text, kind]) => {
    if (kind === 'text') return quoteText(text)
    const expression = EXPRESSIONS.find(([pattern]) => pattern === text)
    return expression ? expression[1](moment) : `strftime(${moment}, '${strftimeOf(text)}')`
  })
  return `(${pieces.join(' || ') || "''"})`
}

/** The format of TO_DATE and TO_TIMESTAMP, for strptime. */
export const toPattern = (format: string): string =>
  pieceNames(format)
    .map(([text, kind]) => {
      if (kind === 'text') return text.replaceAll('%', '%%')
      const letter = strftimeOf(text)
      if (letter === undefined) throw unknownHere(`the pattern ${text} in "${format}"`)
      return letter
    })
    .join('')

/** Numeric patterns are case-blind; those of names keep the case they are written in. */
const strftimeOf = (text: string): string | undefined =>
  PATTERNS.find(([pattern]) => pattern === text || pattern === text.toUpperCase())?.[1]

function pieceNames(format: string): [text: string, kind: 'pattern' | 'text'][] {
  const names = [...EXPRESSIONS, ...PATTERNS].map(([pattern]) => pattern)
  const sorted = names.toSorted((a, b) => b.length - a.length)
  const pieces: [string, 'pattern' | 'text'][] = []
  for (let rest = format; rest; ) {
    const quoted = /^"([^"]*)"/.exec(rest)
    const found = sorted.find((name) => rest.startsWith(name) || sameNumber(rest, name))
    const text = quoted?.[0] ?? (found ? rest.slice(0, found.length) : (rest[0] ?? ''))
    if (!quoted && !found && /[a-z0-9]/i.test(text) && text !== 'T') {
      throw unknownHere(`the pattern "${format}"`)
    }
    pieces.push([quoted?.[1] ?? text, found && !quoted ? 'pattern' : 'text'])
    rest = rest.slice(text.length)
  }
  return pieces
}

const sameNumber = (rest: string, name: string): boolean =>
  /^[A-Z0-9]+$/.test(name) && rest.slice(0, name.length) === name.toLowerCase() && name !== 'MON'
