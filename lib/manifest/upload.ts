import type { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'

/** S3 takes parts of 5 MB to 5 GB, 10,000 of them. */
const PART = 8 * 1024 * 1024
/** Parts that are on their way while the next one fills. */
const IN_FLIGHT = 2

/** Buffers that wait to be used again: a new one for each part would be garbage of megabytes. */
const idle: Buffer[] = []

interface Target {
  readonly Bucket: string
  readonly Key: string
}

/**
 * Writes an object of any size: in one piece if it is small, else by multipart upload. Memory is that
 * of three parts. Leaves nothing when it fails, and throws what the body or S3 threw.
 */
export async function uploadStream(s3: S3Client, target: Target, body: Readable): Promise<void> {
  const parts: CompletedPart[] = []
  const sending = new Set<Promise<void>>()
  let upload: string | undefined
  let [filling, used] = [idle.pop() ?? Buffer.allocUnsafeSlow(PART), 0]

  const send = async (buffer: Buffer, size: number, PartNumber: number) => {
    const Body = buffer.subarray(0, size)
    const part = { ...target, UploadId: upload, PartNumber, Body, ChecksumAlgorithm } as const
    const { ETag, ChecksumCRC32 } = await s3.send(new UploadPartCommand(part))
    parts[PartNumber - 1] = { ETag, ChecksumCRC32, PartNumber }
    idle.push(buffer)
  }
  const flush = async () => {
    if (upload === undefined) {
      const command = new CreateMultipartUploadCommand({ ...target, ChecksumAlgorithm })
      upload = (await s3.send(command)).UploadId
    }
    while (sending.size >= IN_FLIGHT) await Promise.race(sending)
    const sent = send(filling, used, parts.push({})).finally(() => sending.delete(sent))
    sending.add(sent)
    // Whoever waits next sees it fail; this only keeps the error from going astray meanwhile.
    sent.catch(() => {})
    ;[filling, used] = [idle.pop() ?? Buffer.allocUnsafeSlow(PART), 0]
  }

  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      for (let at = 0; at < chunk.length; ) {
        const copied = chunk.copy(filling, used, at)
        at += copied
        used += copied
        if (used === PART) await flush()
      }
    }
    if (upload === undefined) {
      await s3.send(new PutObjectCommand({ ...target, Body: filling.subarray(0, used) }))
    } else {
      if (used > 0) await flush()
      await Promise.all(sending)
      const MultipartUpload = { Parts: parts }
      const complete = { ...target, UploadId: upload, MultipartUpload }
      await s3.send(new CompleteMultipartUploadCommand(complete))
    }
  } catch (error) {
    await Promise.allSettled(sending)
    // An upload that cannot be given up now is by the bucket's own rule, a day later.
    const abort = new AbortMultipartUploadCommand({ ...target, UploadId: upload })
    if (upload !== undefined) await s3.send(abort).catch(() => {})
    throw error
  } finally {
    idle.push(filling)
  }
}

const ChecksumAlgorithm = 'CRC32'
