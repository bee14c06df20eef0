import type { Definition, States } from './asl.ts'
import type { Helpers } from './table.ts'
import { type Call, publishState, taskState } from './task.ts'

export interface NightFunctions extends Helpers {
  /** Settles what the night is about. */
  readonly prepare: Call
  /** Says how it ended; asked once more, in the last state, it fails a night that is incomplete. */
  readonly report: Call
  /** The ARN of the topic that is told of a night that is incomplete, or what will be put in its place. */
  readonly topic: string
}

/** Seconds after which a night ends, whatever happens. */
export const LONGEST = 20 * 3600

/** The name of the state that all tables are in. */
export const TABLES = 'Tables'

/** The names of the last state of a night, as it ends. */
const ENDS = { complete: 'Night complete', incomplete: 'Night incomplete' } as const

/**
 * A night around the branches of its tables. A night that is incomplete is told of, and then failed by
 * a function rather than a Fail state: when the execution is redriven it is that one which runs again,
 * and it sends the night round once more. A Fail state would fail it once more.
 */
export function nightOf(
  { prepare, report, topic }: NightFunctions,
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
            'warnings.$': '$.warnings',
            'redriven.$': '$$.Execution.RedriveCount',
            'execution.$': '$$.Execution.Id',
            'startedAt.$': '$$.Execution.StartTime',
          },
        }),
        Next: 'How did it end?',
      },
      'How did it end?': {
        Type: 'Choice',
        Choices: [
          { Variable: '$.again', BooleanEquals: true, Next: 'Prepare' },
          { Variable: '$.incomplete', IsPresent: true, Next: 'Tell of it' },
        ],
        Default: ENDS.complete,
      },
      'Tell of it': {
        ...publishState(topic, {
          'Subject.$': '$.incomplete.subject',
          'Message.$': '$.incomplete.message',
        }),
        ResultPath: null,
        // The last state says of the error that nobody was told.
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.untold', Next: ENDS.incomplete }],
        Next: ENDS.incomplete,
      },
      [ENDS.incomplete]: {
        ...taskState(report, {
          Parameters: {
            'date.$': '$.date',
            'run.$': '$.run',
            'ending.$': '$',
            'redriven.$': '$$.Execution.RedriveCount',
          },
        }),
        Next: 'How did it end?',
      },
      [ENDS.complete]: { Type: 'Succeed' },
    },
    TimeoutSeconds: LONGEST,
  }
}
