import { dirname } from 'node:path'
import type { Bucket } from '../../lib/manifest/bucket.ts'
import { attemptsOf } from '../../lib/night/receipt.ts'
import type { Definition } from '../../lib/table/definition.ts'
import { DATE } from './dates.ts'

/** What files are called that nobody wrote: as the next part would be. */
const NAME = 'part-99999.csv.zst'

export const isLitter = (key: string): boolean => key.endsWith(NAME)

/**
 * Leaves files that no extract knows of: beside each that is staged, with the rows of a part where there
 * is one, and where there is none yet, in an attempt that nobody made.
 */
export async function litter(bucket: Bucket, table: Definition): Promise<void> {
  const place = `${attemptsOf(table)}${DATE}`
  const staged = (await bucket.list(place)).filter((key) => !isLitter(key))
  for (const directory of [place, `${place}/nobody-00000000`, ...new Set(staged.map(dirname))]) {
    const key = `${directory}/${NAME}`
    const part = staged.find((own) => dirname(own) === directory && /\/part-/.test(own))
    if (part) await bucket.upload(key, await bucket.stream(part))
    else await bucket.put(key, {})
  }
}
