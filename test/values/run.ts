/** Takes values of every type to the warehouse, and prints what became of them. */
import { startStage } from '../night/stage.ts'
import { everything } from './everything.ts'
import { startReaders } from './readers.ts'
import { report } from './report.ts'

console.log = () => {}
const { secrets, readers, stop } = await startReaders()
const stage = await startStage(secrets)
try {
  const outcomes = await everything(stage, readers)
  process.stdout.write(report(outcomes))
  process.exitCode = outcomes.some(({ otherwise }) => otherwise.length > 0) ? 1 : 0
} finally {
  await stage.stop()
  await stop()
}
