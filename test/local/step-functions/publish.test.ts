import { describe, expect, it } from '@jest/globals'
import { messageOf } from '../../../local/step-functions/publish.ts'

const message = { TopicArn: 'arn:aws:sns:us-east-1:111111111111:failures', Message: 'It failed.' }

describe('a message to a topic', () => {
  it('is taken as SNS takes it', () => {
    expect(messageOf(message)).toEqual(message)
    const told = { ...message, Subject: 'Usher dev: 1 of 3 tables' }
    expect(messageOf(told)).toEqual(told)
  })

  it.each([
    ['TopicArn', { TopicArn: undefined }],
    ['TopicArn', { TopicArn: 'failures' }],
    ['Empty message', { Message: '' }],
    ['Message too long', { Message: '€'.repeat(90_000) }],
    ['Subject', { Subject: '' }],
    ['Subject', { Subject: 'x'.repeat(100) }],
    ['Subject', { Subject: 'größe' }],
    ['Subject', { Subject: 'two\nlines' }],
    ['Subject', { Subject: ' begins with a space' }],
  ])('is refused for its %s as %o', (what, wrong) => {
    expect(() => messageOf({ ...message, ...wrong })).toThrow(
      expect.objectContaining({
        name: 'SNS.InvalidParameterException',
        message: expect.stringContaining(what),
      }),
    )
  })

  it('has no parameters that are not known', () => {
    expect(() => messageOf({ ...message, PhoneNumber: '1' })).toThrow(
      'does not know the parameter PhoneNumber of sns:publish',
    )
  })
})
