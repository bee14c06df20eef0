/**
 * How fast a MySQL table is extracted, beside the tools one would use else: `npm run bench`, with
 * `-- --rows N --rounds N --only a,b`. `npm run bench -- --memory` says what memory it takes of 5 and of
 * 10 million rows. Fails where a limit is not kept.
 */
import { parseArgs } from 'node:util'
import { messageOf } from '../../../lib/error.ts'
import { whole } from '../whole.ts'
import { compareMemory } from './memory.ts'
import { isKept } from './report.ts'
import { open } from './setting.ts'
import { compareSpeed } from './speed.ts'

const options = {
  rows: { type: 'string' },
  rounds: { type: 'string', default: '5' },
  only: { type: 'string' },
  memory: { type: 'boolean', default: false },
} as const

await bench().catch((error) => {
  console.error(messageOf(error))
  // Without waiting for the servers, which end with this process.
  process.exit(1)
})

async function bench(): Promise<void> {
  const { rows, rounds, only, memory } = parseArgs({ options }).values
  const many = whole('rows', rows ?? (memory ? '10000000' : '1000000'))
  const often = whole('rounds', rounds)
  const setting = await open(many)
  const kept = memory
    ? await compareMemory(setting)
    : await compareSpeed(setting, often, only?.split(','))
  await setting.stop()
  process.exitCode = kept.every(isKept) ? 0 : 1
}
