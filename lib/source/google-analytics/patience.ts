import { setTimeout as sleep } from 'node:timers/promises'
import type { Reading } from '../../table/origin.ts'
import type { Answer } from './client.ts'
import { isBusy, isQuota } from './errors.ts'

const TRIES = 4
/** Milliseconds. */
const LONGEST = 60_000

/**
 * Asks until there is an answer: a few times where Google or the network is at fault, and for
 * `quotaSeconds` where a quota is used up. Throws the last error.
 */
export async function persist<T>(
  ask: () => Promise<T>,
  { quotaSeconds, reading }: { quotaSeconds: number; reading: Reading },
): Promise<T> {
  const { signal, note } = reading
  let left = quotaSeconds * 1000
  for (let [tries, waits] = [1, 0]; ; ) {
    try {
      return await ask()
    } catch (error) {
      if (signal.aborted) throw error
      if (isQuota(error) && left > 0) {
        // A quota of concurrent requests is back in a moment, one of tokens within the hour.
        const pause = Math.min(2 ** waits++ * 5000, LONGEST, left)
        left -= pause
        note('waited for quota')
        await sleep(pause, undefined, { signal })
      } else if (isBusy(error) && tries < TRIES) {
        await sleep(2 ** tries++ * 250, undefined, { signal })
      } else {
        throw error
      }
    }
  }
}

/** Notes the quotas that an answer has used up: the next question will have to wait for them. */
export function noteQuotas({ propertyQuota }: Answer, { note }: Reading): void {
  for (const [quota, status] of Object.entries(propertyQuota ?? {})) {
    if (status?.remaining === 0) note(`quota used up: ${quota}`)
  }
}
