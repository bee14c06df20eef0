import type { Reading } from '../../table/origin.ts'
import { nameFor, quoted } from '../spelling.ts'
import { type Client, escapePath } from './client.ts'
import { Refusal } from './errors.ts'

/** The fields that a mirror leaves out on purpose, by path, with all that is in them; `others`, whichever. */
export type Without = readonly string[] | 'others'

interface Mapping {
  readonly properties?: Readonly<Record<string, Property>>
}

interface Property extends Mapping {
  readonly type?: string
}

/** A field of documents: `user.id`. */
interface Field {
  readonly path: string
  readonly type: string
}

/** What is read of an index, and what is left. */
interface Mirrored {
  readonly index: string
  /** The paths of the columns. */
  readonly fields: readonly string[]
  readonly without: Without
}

/** Warns of the fields of an index that its mirror says nothing of, with the lines to add. */
export async function warnOfFields(
  client: Client,
  { index, fields, without }: Mirrored,
  reading: Reading,
): Promise<void> {
  if (without === 'others') return
  const mappings = await mappingsOf(client, index, reading)
  const known = [...fields, ...without]
  const fresh = new Map<string, Field>()
  for (const field of mappings.flatMap((mapping) => [...fieldsIn(mapping)])) {
    if (!known.some((path) => isIn(field.path, path) || isIn(path, field.path))) {
      fresh.set(field.path, field)
    }
  }
  if (fresh.size === 0) return
  reading.warn(newFields(`${client.source}.${index}`, [...fresh.values()], without, reading.table))
}

/** Whether a field is another, or in it. */
const isIn = (path: string, other: string): boolean =>
  path === other || path.startsWith(`${other}.`)

async function mappingsOf(
  client: Client,
  index: string,
  { note }: Reading,
): Promise<readonly Mapping[]> {
  try {
    const asked = { method: 'GET', path: `/${escapePath(index)}/_mapping` }
    const answer = await client.call<Readonly<Record<string, { mappings?: Mapping }>>>(asked)
    return Object.values(answer).flatMap(({ mappings }) => mappings ?? [])
  } catch (error) {
    if (!(error instanceof Refusal && [401, 403].includes(error.status))) throw error
    // Not everybody who may read an index may ask this.
    note(`new fields are not looked for, since the mapping of ${index} may not be read`)
    return []
  }
}

/** An alias is no field of a document, and an object is what is in it; of nested ones there are many. */
function* fieldsIn({ properties = {} }: Mapping, parent = ''): Generator<Field> {
  for (const [name, property] of Object.entries(properties)) {
    const path = `${parent}${name}`
    const { type = 'object' } = property
    if (type === 'object' && property.properties) yield* fieldsIn(property, `${path}.`)
    else if (type !== 'alias') yield { path, type }
  }
}

/** So many new fields are shown. */
const MOST = 10

function newFields(there: string, fresh: readonly Field[], without: readonly string[], to: string) {
  const lines = fresh.slice(0, MOST).map((field) => `\`${lineOf(field)}\``)
  const more = fresh.length - lines.length
  const rest = more > 0 ? ` and ${more} more` : ''
  const left = [...without, ...fresh.map(({ path }) => path)].map(quoted).join(', ')
  const leave = `\`without: ${more > 0 ? quoted('others') : `[${left}]`}\``
  const what = `${there} has ${fresh.length} ${fresh.length === 1 ? 'field' : 'fields'} more`
  const fix = `Add ${lines.join(' ')}${rest}`
  return `${what} than ${to}. ${fix}; or leave out what is not wanted, by ${leave} of its documents.`
}

function lineOf({ path, type }: Field): string {
  const name = nameFor(path)
  const from = name === path ? '' : `.from(${quoted(path)})`
  return `${name}: ${MAKERS[type] ?? 'super_()'}${from}.nullable(),`
}

/** The columns of types that hold one value; of any other it is kept as JSON. */
const MAKERS: Readonly<Record<string, string>> = {
  text: 'varchar(65535)',
  match_only_text: 'varchar(65535)',
  keyword: 'varchar(65535)',
  constant_keyword: 'varchar(65535)',
  wildcard: 'varchar(65535)',
  ip: 'varchar(45)',
  byte: 'smallint()',
  short: 'smallint()',
  integer: 'integer()',
  long: 'bigint()',
  unsigned_long: 'decimal(20, 0)',
  half_float: 'real()',
  float: 'real()',
  scaled_float: 'double()',
  double: 'double()',
  boolean: 'boolean()',
  date: 'timestamptz()',
}
