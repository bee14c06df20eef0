import type { S3Client } from '@aws-sdk/client-s3'
import { SqlError } from '../error.ts'
import { isObject, read } from './files.ts'

/** Where a column's value is in a JSON object: names of members, and places in arrays. */
export type Path = readonly (string | number)[]

/** Reads what JSON AS names: 'auto', or the URL of a JSONPaths file. Throws a SqlError. */
export async function readPaths(
  s3: S3Client,
  option: string,
  columns: readonly string[],
): Promise<Path[]> {
  const auto = columns.map((name) => [name])
  if (option === 'auto') return auto
  const object = await read(s3, option)
  if (!object) throw new SqlError(`The specified S3 jsonpaths file does not exist: ${option}`)
  const invalid = (why: string) => new SqlError(`The jsonpaths file ${option} is invalid: ${why}`)
  let file: unknown
  try {
    file = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(object))
  } catch (cause) {
    throw invalid(`it is not JSON (${(cause as Error).message})`)
  }
  if (!isObject(file)) throw invalid('it is not a JSON object')
  // Redshift takes a file without this name for no file at all.
  if (!Object.hasOwn(file, 'jsonpaths')) return auto
  const { jsonpaths } = file
  if (!Array.isArray(jsonpaths)) throw invalid('"jsonpaths" is not a list')
  if (jsonpaths.length !== columns.length) {
    throw new SqlError(
      `Number of jsonpaths and the number of columns should match. JSONPath size: ${jsonpaths.length}, Number of columns in table or column list: ${columns.length}`,
    )
  }
  const paths = jsonpaths.map((path: unknown) => {
    const read = typeof path === 'string' ? readPath(path) : undefined
    if (!read) throw invalid(`${JSON.stringify(path)} is not a JSONPath that COPY knows`)
    return read
  })
  const notations = new Set(paths.flatMap(({ notation }) => notation ?? []))
  if (notations.size > 1) throw invalid('it mixes brackets and dots')
  return paths.map(({ steps }) => steps)
}

const BRACKETS = /\['((?:[^'\\]|\\.)+)'\]|\[(\d+)\]/y
const DOTS = /\.([^'.[\]]+)|\[(\d+)\]/y

/** Reads `$['user']['id']`, `$.user.id` or `$['tags'][0]`; undefined for any other path. */
function readPath(text: string): { steps: Path; notation?: RegExp } | undefined {
  if (text[0] !== '$' || text.length === 1) return undefined
  for (const notation of [BRACKETS, DOTS]) {
    const steps: (string | number)[] = []
    notation.lastIndex = 1
    let match = notation.exec(text)
    for (; match; match = text.length === notation.lastIndex ? null : notation.exec(text)) {
      const [, name, place] = match
      steps.push(name === undefined ? Number(place) : name.replaceAll(/\\(.)/g, '$1'))
      if (text.length === notation.lastIndex) {
        return {
          steps,
          notation: steps.some((step) => typeof step === 'string') ? notation : undefined,
        }
      }
    }
  }
  return undefined
}
