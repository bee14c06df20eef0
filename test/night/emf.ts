/** The units of CloudWatch that a metric may have. */
const UNITS =
  /^(((Kilo|Mega|Giga|Tera)?(bit|byte)s|Bytes|Bits|Count)(\/Second)?|((Micro|Milli)?s|S)econds|Percent|None)$/

interface Directive {
  readonly Namespace?: unknown
  readonly Dimensions?: unknown
  readonly Metrics?: unknown
}

type Fields = Readonly<Record<string, unknown>>

/**
 * What CloudWatch has against a line in its embedded metric format, of which it makes no metrics then
 * and tells nobody.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function problemsOf(text: string): string[] {
  const line = JSON.parse(text) as Fields
  const { Timestamp, CloudWatchMetrics } = (line._aws ?? {}) as Fields
  const problems: string[] = []
  const [earliest, latest] = [Date.now() - 14 * 24 * 3600_000, Date.now() + 2 * 3600_000]
  if (!Number.isInteger(Timestamp) || Number(Timestamp) < earliest || Number(Timestamp) > latest) {
    problems.push(`Timestamp ${Timestamp} is no recent time in milliseconds`)
  }
  if (Buffer.byteLength(text) > 1_048_576) problems.push('the line is too long')
  if (text.includes('\n')) problems.push('it is more than a line')
  const directives = listOf<Directive>(CloudWatchMetrics)
  if (directives.length === 0) problems.push('there is no CloudWatchMetrics')
  return [...problems, ...directives.flatMap((directive) => inDirective(directive, line))]
}

function inDirective({ Namespace, Dimensions, Metrics }: Directive, line: Fields): string[] {
  const sets = listOf<readonly unknown[]>(Dimensions)
  const metrics = listOf<Fields>(Metrics)
  return [
    ...(isName(Namespace, 1024) && !/^AWS\//.test(Namespace) ? [] : [`Namespace ${Namespace}`]),
    ...(sets.length === 0 ? ['there are no Dimensions'] : []),
    ...sets.flatMap((set) => (Array.isArray(set) && set.length <= 30 ? [] : [`dimensions ${set}`])),
    ...sets.flat().flatMap((name) => inDimension(name, line)),
    ...(metrics.length > 0 && metrics.length <= 100 ? [] : [`${metrics.length} metrics`]),
    ...metrics.flatMap((metric) => inMetric(metric, line)),
  ]
}

function inDimension(name: unknown, line: Fields): string[] {
  if (!isName(name, 250) || name.startsWith(':')) return [`the dimension ${name}`]
  const value = line[name]
  const good = isName(value, 1024) && value.trim() !== '' && /^[ -~]+$/.test(value)
  return good ? [] : [`${name}: '${value}' is no value of a dimension`]
}

function inMetric({ Name, Unit = 'None', ...others }: Fields, line: Fields): string[] {
  const value = line[String(Name)]
  return [
    ...(isName(Name, 1024) ? [] : [`the metric ${Name}`]),
    ...(UNITS.test(String(Unit)) ? [] : [`the unit ${Unit}`]),
    ...(Number.isFinite(value) ? [] : [`${Name}: ${value} is no number`]),
    ...Object.keys(others).map((other) => `${Name}: ${other} is not known`),
  ]
}

const listOf = <T>(value: unknown): readonly T[] => (Array.isArray(value) ? (value as T[]) : [])

const isName = (name: unknown, longest: number): name is string =>
  typeof name === 'string' && name.length > 0 && name.length <= longest
