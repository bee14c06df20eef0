/** A price of AWS. */
interface Price {
  /** US dollars. */
  readonly dollars: number
  /** What that is the price of. */
  readonly per: string
  readonly source: string
}

/** Where, and when, these prices were read. */
export const LISTED = { region: 'us-east-1', month: 'November 2026' } as const

/**
 * List prices of AWS, without free tier, discounts and taxes: of `LISTED`, since other regions ask for
 * more, or for as much. The Data API costs nothing besides what the warehouse does for it.
 */
export const PRICES = {
  /** On ARM, below 7.5 billion a month; a GB is 1,024 MB of the memory that the function was given. */
  functionTime: {
    dollars: 0.0000133334,
    per: 'GB-second',
    source: 'https://aws.amazon.com/lambda/pricing/',
  },
  functionCall: {
    dollars: 0.2 / 1_000_000,
    per: 'request',
    source: 'https://aws.amazon.com/lambda/pricing/',
  },
  transition: {
    dollars: 0.025 / 1000,
    per: 'state that is entered',
    source: 'https://aws.amazon.com/step-functions/pricing/',
  },
  /** PUT, and all that costs the same: parts of uploads, lists. */
  put: {
    dollars: 0.005 / 1000,
    per: 'request',
    source: 'https://aws.amazon.com/s3/pricing/',
  },
  get: {
    dollars: 0.0004 / 1000,
    per: 'request',
    source: 'https://aws.amazon.com/s3/pricing/',
  },
  stored: {
    dollars: 0.023,
    per: 'GB-month',
    source: 'https://aws.amazon.com/s3/pricing/',
  },
  /** Of Redshift Serverless, by the second; what lies in the warehouse costs besides. */
  capacity: {
    dollars: 0.375,
    per: 'RPU-hour',
    source: 'https://aws.amazon.com/redshift/pricing/',
  },
  secret: {
    dollars: 0.4,
    per: 'secret and month',
    source: 'https://aws.amazon.com/secrets-manager/pricing/',
  },
  key: {
    dollars: 1,
    per: 'key and month',
    source: 'https://aws.amazon.com/kms/pricing/',
  },
  endpoint: {
    dollars: 0.01,
    per: 'hour in a zone',
    source: 'https://aws.amazon.com/privatelink/pricing/',
  },
  /** Of the first 10,000, if it has a value in every hour; one of nightly values is charged for few. */
  metric: {
    dollars: 0.3,
    per: 'metric and month',
    source: 'https://aws.amazon.com/cloudwatch/pricing/',
  },
} as const satisfies Readonly<Record<string, Price>>
