import type { NightStage } from '../night/stage.ts'
import { documentMatrix, fileMatrix } from './document-matrix.ts'
import { mysqlMatrix } from './matrix.ts'
import type { Outcome } from './outcome.ts'
import type { Reader } from './readers.ts'

/** Takes everything to the warehouse: from MySQL, from documents, from files. */
export async function everything(
  stage: NightStage,
  readers: readonly Reader[],
): Promise<Outcome[]> {
  const outcomes = await mysqlMatrix(stage)
  for (const reader of readers) outcomes.push(...(await documentMatrix(stage, reader)))
  outcomes.push(...(await fileMatrix(stage)))
  return outcomes
}
