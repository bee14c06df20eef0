import { messageOf } from '../error.ts'
import { log, logError } from './log.ts'

/** What CloudFormation tells the function of a custom resource. */
export interface Change<Properties> {
  readonly RequestType: 'Create' | 'Update' | 'Delete'
  readonly ResourceProperties: Properties
  /** Where it waits for the answer. */
  readonly ResponseURL: string
  readonly StackId: string
  readonly RequestId: string
  readonly LogicalResourceId: string
  readonly PhysicalResourceId?: string
}

/** CloudFormation takes 4 KB of an answer: so many characters are within, whatever they are. */
const LONGEST = 1000

/**
 * Makes a change that a deploy asks for, and answers CloudFormation, which would wait for hours else.
 * What is deleted from a stack stays as it is.
 */
export async function makeChange<Properties>(
  change: Change<Properties>,
  make: (properties: Properties) => Promise<void>,
): Promise<void> {
  const { ResponseURL, RequestType, ResourceProperties, ...about } = change
  const { StackId, RequestId, LogicalResourceId, PhysicalResourceId = LogicalResourceId } = about
  let answer: { readonly Status: 'SUCCESS' | 'FAILED'; readonly Reason?: string }
  try {
    if (RequestType !== 'Delete') await make(ResourceProperties)
    answer = { Status: 'SUCCESS' }
  } catch (error) {
    logError(error)
    answer = { Status: 'FAILED', Reason: messageOf(error).slice(0, LONGEST) }
  }
  const body = { ...answer, StackId, RequestId, LogicalResourceId, PhysicalResourceId }
  // The URL is signed without a type of its content.
  const headers = { 'content-type': '' }
  const response = await fetch(ResponseURL, {
    ...{ method: 'PUT', headers, body: JSON.stringify(body) },
  })
  if (!response.ok) throw new Error(`CloudFormation took no answer: ${response.status}`)
  log('answered', { change: RequestType, status: answer.Status })
}
