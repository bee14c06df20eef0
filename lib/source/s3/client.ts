// What `import()` names is bundled whole. This names what is used of it, and the rest stays out.
export { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
