import type { Definition, States } from './asl.ts'
import { placeholder, stateName } from './names.ts'
import { LONGEST, TABLES } from './night.ts'
import { type Call, taskState } from './task.ts'

/**
 * A state that runs an execution of a part's machine. If that ends before its tables have, a note says
 * so of all of them: tables of other parts wait for them, or for word of their failure.
 */
export function partStates(
  name: string,
  ids: readonly string[],
  StateMachineArn: string,
  note: Call,
): States {
  const failed = stateName('Part failed:', name)
  return {
    StartAt: name,
    States: {
      [name]: {
        Type: 'Task',
        Resource: `arn:${placeholder('Partition')}:states:::states:startExecution.sync:2`,
        TimeoutSeconds: LONGEST,
        Parameters: {
          StateMachineArn,
          Input: {
            'date.$': '$.date',
            'run.$': '$.run',
            'selected.$': '$.selected',
            'force.$': '$.force',
            'accept.$': '$.accept',
            'AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.$': '$$.Execution.Id',
          },
        },
        ResultPath: null,
        // What was complete when the part was ended is skipped.
        Retry: [
          {
            ErrorEquals: ['States.TaskFailed'],
            IntervalSeconds: 30,
            MaxAttempts: 1,
            BackoffRate: 1,
          },
        ],
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: failed }],
        End: true,
      },
      [failed]: {
        ...taskState(note, {
          Parameters: { 'date.$': '$.date', 'run.$': '$.run', 'error.$': '$.error', part: ids },
          ResultPath: null,
        }),
        End: true,
      },
    },
  }
}

/** The machine of a part: its tables, without what begins and ends a night. */
export const partOf = (Branches: readonly States[]): Definition => ({
  Comment: 'A part of a night of Usher, which starts it: it is not to be started by hand',
  StartAt: TABLES,
  States: { [TABLES]: { Type: 'Parallel', Branches, ResultPath: null, End: true } },
  TimeoutSeconds: LONGEST,
})
