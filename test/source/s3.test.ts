import { testSource } from './contract.ts'
import { s3Subject } from './subjects/s3.ts'

testSource(s3Subject)
