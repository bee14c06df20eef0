import type { Catcher, Leads, States } from './asl.ts'
import { placeholder, stateName } from './names.ts'
import { type Call, taskState } from './task.ts'

/** A table is read in chunks, which the step before has planned: one call for each. */
export interface ChunksStep {
  readonly chunks: {
    readonly call: Call
    /** How many are read at once. */
    readonly concurrency: number
  }
  /** The verb of the step after, which is gone to where nothing was planned. */
  readonly otherwise: string
}

/**
 * A Map over the list of chunks that `$.task.chunks.key` names, each of which is tried again by itself.
 * Where there is no list, since the table is complete or was not asked for, it is passed by.
 */
export function chunksStates(
  id: string,
  { chunks: { call, concurrency }, otherwise }: ChunksStep,
  Catch: readonly Catcher[],
  then: Leads,
): States {
  const planned = stateName('Are there chunks of', id)
  const map = stateName('Extract', id, 'in chunks')
  const one = stateName('Extract a chunk of', id)
  return {
    StartAt: planned,
    States: {
      [planned]: {
        Type: 'Choice',
        Choices: [{ Variable: '$.task.chunks', IsPresent: true, Next: map }],
        Default: stateName(otherwise, id),
      },
      [map]: {
        Type: 'Map',
        ItemReader: {
          Resource: `arn:${placeholder('Partition')}:states:::s3:getObject`,
          ReaderConfig: { InputType: 'JSON' },
          Parameters: { Bucket: placeholder('Bucket'), 'Key.$': '$.task.chunks.key' },
        },
        ItemSelector: {
          table: id,
          'date.$': '$.date',
          'run.$': '$.run',
          'attempt.$': '$.task.attempt',
          'range.$': '$$.Map.Item.Value',
        },
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: one,
          States: {
            // A list of all results could be too large to go on with: they lie on S3.
            [one]: {
              ...taskState(call, { ResultPath: null, OutputPath: '$.range.chunk' }),
              End: true,
            },
          },
        },
        MaxConcurrency: concurrency,
        Label: id.replaceAll(/\W/g, '-').slice(0, 40),
        ResultPath: null,
        Catch,
        ...then,
      },
    },
  }
}
