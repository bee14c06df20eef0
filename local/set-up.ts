import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import type { SetupResource } from './assembly.ts'
import type { Lambda } from './lambda.ts'

interface Answer {
  readonly Status?: string
  readonly Reason?: string
}

/**
 * Asks the function that sets the warehouse up to do so, as CloudFormation would on a deploy. Throws an
 * Error that says what it answered, unless that it has.
 */
export async function setUp(lambda: Lambda, { fn, properties }: SetupResource): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const server = createServer((request, response) => {
    json(request).then((body) => resolve(body as Answer), reject)
    response.end()
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  try {
    await lambda.invoke(fn, {
      ...{ RequestType: 'Create', ResourceProperties: properties, RequestId: randomUUID() },
      ...{ StackId: 'local', LogicalResourceId: 'Setup' },
      ResponseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    })
    const { Status, Reason = 'it answered nothing' } = await promise
    if (Status !== 'SUCCESS') throw new Error(Reason)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}
