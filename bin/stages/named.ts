import { Failure } from '../../lib/error.ts'
import type { Stage } from '../../lib/stacks/stage.ts'
import { stages } from './index.ts'

/** The stage of a name, the first where none is said. Throws a BadInput where there is none. */
export function stageNamed(asked: unknown): Stage {
  const stage = stages.find(({ name }) => asked === undefined || name === asked)
  if (stage) return stage
  const names = stages.map(({ name }) => name).join(', ')
  throw new Failure('BadInput', `bin/stages has no stage '${asked}'; there are: ${names}`)
}
