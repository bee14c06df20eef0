import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IBucket } from 'aws-cdk-lib/aws-s3'

/**
 * Lets somebody read objects whose keys fit patterns, such as `receipts/*`. Reading a missing object is
 * only an answer, not an error, to who may list the whole bucket: a condition on the prefix of the list
 * would not count there.
 */
export function letRead(reader: IGrantable, bucket: IBucket, ...keys: string[]): void {
  allow(reader, 's3:ListBucket', [bucket.bucketArn])
  letGet(reader, bucket, ...keys)
}

/** Lets somebody read objects that are there. */
export function letGet(reader: IGrantable, bucket: IBucket, ...keys: string[]): void {
  allow(reader, 's3:GetObject', objectsOf(bucket, keys))
  useKey(reader, bucket, 'kms:Decrypt')
}

/** Lets somebody write objects whose keys fit patterns; what an upload in parts has begun, it may end. */
export function letWrite(writer: IGrantable, bucket: IBucket, ...keys: string[]): void {
  for (const action of ['s3:PutObject', 's3:AbortMultipartUpload']) {
    allow(writer, action, objectsOf(bucket, keys))
  }
  // To go on with an upload in parts, S3 opens with the key what it began with it.
  useKey(writer, bucket, 'kms:Decrypt')
  useKey(writer, bucket, 'kms:GenerateDataKey')
}

/** Lets somebody delete objects whose keys fit patterns. */
export function letDelete(deleter: IGrantable, bucket: IBucket, ...keys: string[]): void {
  allow(deleter, 's3:DeleteObject', objectsOf(bucket, keys))
}

const objectsOf = (bucket: IBucket, keys: readonly string[]) =>
  keys.map((key) => bucket.arnForObjects(key))

function useKey(user: IGrantable, { encryptionKey }: IBucket, action: string): void {
  if (encryptionKey) allow(user, action, [encryptionKey.keyArn])
}

/** One statement for each right, and not what a bucket's own grants bring along. */
const allow = ({ grantPrincipal }: IGrantable, action: string, resources: string[]) =>
  grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions: [action], resources }))
