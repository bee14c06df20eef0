import type { Definition, States } from './asl.ts'
import type { Helpers } from './table.ts'
import { type Call, taskState } from './task.ts'

export interface NightFunctions extends Helpers {
  /** Settles what the night is about. */
  readonly prepare: Call
  /** Says how it ended, and fails it where a table is missing. */
  readonly report: Call
}

/** Seconds after which a night ends, whatever happens. */
export const LONGEST = 20 * 3600

/** The name of the state that all tables are in. */
export const TABLES = 'Tables'

/**
 * A night around the branches of its tables. When an execution that failed in `Report` is redriven it
 * is `Report` that runs again, and it sends the night round once more.
 */
export function nightOf(
  { prepare, report }: NightFunctions,
  Branches: readonly States[],
): Definition {
  return {
    Comment: 'A night of Usher: give it {"date": "2026-11-23"}',
    StartAt: 'Prepare',
    States: {
      Prepare: {
        ...taskState(prepare, {
          Parameters: {
            'input.$': '$$.Execution.Input',
            'run.$': '$$.Execution.Name',
            'execution.$': '$$.Execution.Id',
            'redrives.$': '$$.Execution.RedriveCount',
            'startedAt.$': '$$.Execution.StartTime',
          },
        }),
        Next: TABLES,
      },
      [TABLES]: {
        Type: 'Parallel',
        Branches,
        ResultPath: null,
        // Not even a note could be written: the report says what is missing all the same.
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Report' }],
        Next: 'Report',
      },
      Report: {
        ...taskState(report, {
          Parameters: {
            'date.$': '$.date',
            'run.$': '$.run',
            'tables.$': '$.tables',
            'force.$': '$.force',
            'accept.$': '$.accept',
            'redrives.$': '$.redrives',
            'redriven.$': '$$.Execution.RedriveCount',
          },
        }),
        Next: 'Was it redriven?',
      },
      'Was it redriven?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.again', BooleanEquals: true, Next: 'Prepare' }],
        Default: 'Night complete',
      },
      'Night complete': { Type: 'Succeed' },
    },
    TimeoutSeconds: LONGEST,
  }
}
