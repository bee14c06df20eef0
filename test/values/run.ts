/** Takes values of every type to the warehouse, and prints what became of them. */
import { startStage } from '../night/stage.ts'
import { mysqlMatrix } from './matrix.ts'
import { report } from './report.ts'

console.log = () => {}
const stage = await startStage()
try {
  const outcomes = await mysqlMatrix(stage)
  process.stdout.write(report(outcomes))
  process.exitCode = outcomes.some(({ otherwise }) => otherwise.length > 0) ? 1 : 0
} finally {
  await stage.stop()
}
