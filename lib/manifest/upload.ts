import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'

/** S3 takes parts of 5 MB to 5 GB, 10,000 of them; only the last may be smaller. */
const PART = 5 * 1024 * 1024
/** So many parts of all uploads together are in memory, filling or on their way. */
const BUFFERS = 7

/** Buffers that wait to be used again: a new one for each part would be garbage of megabytes. */
const idle: Buffer[] = []
let busy = 0
/** The parts that are on their way; none of these promises fails. */
const flights = new Set<Promise<unknown>>()

/** A buffer to fill. It is waited for only while a part is on its way, whose end gives one back. */
async function take(): Promise<Buffer> {
  while (busy >= BUFFERS && flights.size > 0) await Promise.race(flights)
  busy++
  return idle.pop() ?? Buffer.allocUnsafeSlow(PART)
}

function give(buffer: Buffer): void {
  busy--
  if (busy + idle.length < BUFFERS) idle.push(buffer)
}

interface Target {
  readonly Bucket: string
  readonly Key: string
}

/**
 * Writes an object of any size: in one piece if it is small, else by multipart upload. Gives its ETag.
 * Leaves nothing when it fails, and throws what the body or S3 threw.
 */
export async function uploadStream(
  s3: S3Client,
  target: Target,
  body: AsyncIterable<Uint8Array>,
): Promise<string> {
  const sent: Promise<CompletedPart>[] = []
  let upload: string | undefined
  let [filling, used]: [Buffer | undefined, number] = [undefined, 0]

  const send = async (Body: Uint8Array, PartNumber: number): Promise<CompletedPart> => {
    const part = { ...target, UploadId: upload, PartNumber, Body, ChecksumAlgorithm } as const
    const { ETag, ChecksumCRC32 } = await s3.send(unsigned(new UploadPartCommand(part)))
    return { ETag, ChecksumCRC32, PartNumber }
  }
  const flush = async (buffer: Buffer) => {
    if (upload === undefined) {
      const command = new CreateMultipartUploadCommand({ ...target, ChecksumAlgorithm })
      upload = (await s3.send(command)).UploadId
    }
    const part = send(buffer.subarray(0, used), sent.length + 1)
    sent.push(part)
    ;[filling, used] = [undefined, 0]
    // Who waits for all parts sees one fail.
    const flight: Promise<void> = part.then(noop, noop).then(() => {
      flights.delete(flight)
      give(buffer)
    })
    flights.add(flight)
  }

  try {
    for await (const chunk of body) {
      for (let at = 0; at < chunk.length; ) {
        filling ??= await take()
        const piece = chunk.subarray(at, at + PART - used)
        filling.set(piece, used)
        at += piece.length
        used += piece.length
        if (used === PART) await flush(filling)
      }
    }
    if (upload === undefined) {
      const Body = filling?.subarray(0, used) ?? new Uint8Array()
      return etagOf(await s3.send(new PutObjectCommand({ ...target, Body, ChecksumAlgorithm })))
    }
    if (filling) await flush(filling)
    const MultipartUpload = { Parts: await Promise.all(sent) }
    const complete = { ...target, UploadId: upload, MultipartUpload }
    return etagOf(await s3.send(new CompleteMultipartUploadCommand(complete)))
  } catch (error) {
    await Promise.allSettled(sent)
    // An upload that cannot be given up now is by the bucket's own rule, a day later.
    const abort = new AbortMultipartUploadCommand({ ...target, UploadId: upload })
    if (upload !== undefined) await s3.send(abort).catch(() => {})
    throw error
  } finally {
    if (filling) give(filling)
  }
}

const ChecksumAlgorithm = 'CRC32'

const etagOf = ({ ETag = '' }: { ETag?: string }): string => ETag

const noop = () => {}

/** Spares a second hash of what is sent: its checksum is signed in its place. */
function unsigned(command: UploadPartCommand): UploadPartCommand {
  command.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> }
      headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD'
      return next(args)
    },
    { step: 'build' },
  )
  return command
}
