import type { Definition } from '../table/definition.ts'
import { reserved } from './reserved.ts'

/** Names that are given away one by one, each once. */
export interface Names {
  /**
   * The first of the wishes of which nothing is taken, else the last with a number behind it. With
   * `made`, more than the name itself is taken: `created` as `created_date`, `created_week`.
   */
  take(wishes: readonly [string, ...string[]], made?: (name: string) => readonly string[]): string
}

/** Names of which these are taken already. */
export function namesWithout(given: Iterable<string>): Names {
  const taken = new Set(given)
  return {
    take(wishes, made = (name) => [name]) {
      const last = wishes.at(-1) as string
      const numbered = Array.from({ length: taken.size + 1 }, (_, i) => `${last}_${i + 2}`)
      const free = [...wishes, ...numbered].find(
        (name) => !made(name).some((one) => taken.has(one)),
      )
      const name = free as string
      for (const one of made(name)) taken.add(one)
      return name
    },
  }
}

/**
 * The name of each table's view: the table's own in `public`, else with the schema in front. A new
 * table in another schema never changes those of `public`.
 */
export function viewNames(tables: readonly Definition[]): ReadonlyMap<string, string> {
  const names = namesWithout(reserved)
  const rank = ({ schema, id }: Definition) => (schema === 'public' ? ` ${id}` : id)
  const ordered = tables.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))
  return new Map(
    ordered.map(({ id, schema, name }) => {
      const [plain, long] = [lookmlName(name), lookmlName(`${schema}_${name}`)]
      return [id, names.take(schema === 'public' ? [plain, long] : [long])]
    }),
  )
}

/** A name in LookML's letters, which have no $. */
export const lookmlName = (name: string): string => name.replaceAll(/[^a-z0-9_]/g, '_')
