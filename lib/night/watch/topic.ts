import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import type { Letter } from '../letter.ts'

/** Sends a letter to the people who are told. */
export type Tell = (letter: Letter) => Promise<void>

/** Tells a topic, by its ARN. Throws what SNS answers where it does not take the letter. */
export function topicOf(TopicArn: string, client = new SNSClient()): Tell {
  return async ({ subject: Subject, message: Message }) => {
    await client.send(new PublishCommand({ TopicArn, Subject, Message }))
  }
}
