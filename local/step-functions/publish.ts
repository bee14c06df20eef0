import { StateError, unknownHere } from './error.ts'

/** The resource of a Task that sends a message to a topic. */
export const PUBLISH = /^arn:aws[\w-]*:states:::sns:publish$/

/** A message as a topic of SNS takes it. */
export interface Message {
  readonly TopicArn: string
  readonly Subject?: string
  readonly Message: string
}

/** Bytes of the longest message. */
const LARGEST = 262_144

/**
 * Reads the parameters of a publish. Throws a StateError where SNS would refuse them.
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export function messageOf(input: unknown): Message {
  const { TopicArn, Subject, Message, ...others } = input as Readonly<Record<string, unknown>>
  const [other] = Object.keys(others)
  if (other) throw unknownHere(`the parameter ${other} of sns:publish`)
  if (typeof TopicArn !== 'string' || !/^arn:aws[\w-]*:sns:[\w-]+:\d{12}:\S+$/.test(TopicArn)) {
    throw refused('TopicArn or TargetArn Reason: no value for required parameter')
  }
  if (typeof Message !== 'string' || Message === '') throw refused('Empty message')
  if (Buffer.byteLength(Message) > LARGEST) throw refused('Message too long')
  if (Subject === undefined) return { TopicArn, Message }
  // It begins with a letter, a number or punctuation, and is of less than 100 characters.
  if (typeof Subject !== 'string' || !/^[!-~][ -~]{0,98}$/.test(Subject)) throw refused('Subject')
  return { TopicArn, Subject, Message }
}

const refused = (what: string): StateError =>
  new StateError('SNS.InvalidParameterException', `Invalid parameter: ${what}`)
