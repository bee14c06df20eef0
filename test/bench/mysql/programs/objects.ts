/** What is usually written: a stream of objects, a stream of CSV, a stream of gzip. */
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { stringify } from 'csv-stringify'
import { createConnection } from 'mysql2'
import { peakOf } from '../../peak.ts'

const [url = '', query = ''] = process.argv.slice(2)
// Without it, dates would be written as milliseconds.
const connection = createConnection({ uri: url, dateStrings: true })
const csv = stringify()
const gzip = createGzip({ level: 1 })
const file = createWriteStream('/dev/null')
await pipeline(connection.query(query).stream(), csv, gzip, file)
connection.end()
// Its types do not know that it counts.
const { info } = csv as typeof csv & { readonly info: { readonly records: number } }
console.log(JSON.stringify({ rows: info.records, bytes: file.bytesWritten, peak: peakOf('self') }))
