import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startFauxqs } from 'fauxqs'
import { bigint, date, integer, mirror, s3, table, varchar } from '#lib'
import type { Columns } from '../../lib/table/column.ts'
import { definition, type Tabled } from '../../lib/table/definition.ts'
import type { FileFormat, Listing, Origin } from '../../lib/table/origin.ts'
import { ROWS, testSource } from './contract.ts'
import { type Server, serve } from './subject.ts'
import { linesOf, putFile, s3Subject } from './subjects/s3.ts'

testSource(s3Subject)

const DATE = '2026-11-23'
const path = 'clicks/{yyyy}/{mm}/{dd}/'
const logs = s3('logs', { bucket: 'logs' })

const readingOf = (columns: Columns = {}, signal = new AbortController().signal) => ({
  table: 'clicks',
  columns: Object.entries(columns).map(([name, column]) => ({ name, column })),
  date: DATE,
  signal,
  note: () => {},
  warn: () => {},
})

/** Every record of the day, and where each was. */
async function recordsOf<Record>({ read, where }: Origin<Record>) {
  const found: [record: Record, where: string | undefined][] = []
  for await (const batch of read(readingOf())) {
    for (const record of batch) found.push([record, where?.(record)])
  }
  return found
}

describe('the s3 source', () => {
  let store: Awaited<ReturnType<typeof startFauxqs>>
  let folders = 0

  beforeAll(async () => {
    store = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false })
    store.createBucket('logs')
  })
  afterAll(() => store.stop())

  const here = () => {
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${store.port}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    })
  }
  /** Writes files of the day to a folder of their own, and gives its path. */
  async function write(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
    here()
    const folder = `test${++folders}`
    for (const [name, body] of Object.entries(files)) {
      const url = `http://127.0.0.1:${store.port}/logs/${folder}/2026/11/23/${name}`
      await putFile(url, Buffer.from(body))
    }
    return `${folder}/{yyyy}/{mm}/{dd}/`
  }
  const listed = async (listing: Listing) =>
    (await listing.list(readingOf())).map(({ url }) => url.replace(/.*\/23\//, ''))

  it('gives the objects of JSON lines, no digit lost, and knows the line of each', async () => {
    const path = await write({
      'a.json': '\ufeff{"id":9007199254740993,"u":{"n":"é\\n"}}\r\n\n  \n{"id":2}',
      'b.json': '{"id":3}\n',
    })
    const records = await recordsOf(logs.records({ path, format: { kind: 'json' } }))
    const folder = `s3://logs/test${folders}/2026/11/23`
    expect(records).toEqual([
      [{ id: 9007199254740993n, u: { n: 'é\n' } }, `line 1 of ${folder}/a.json`],
      [{ id: 2 }, `line 4 of ${folder}/a.json`],
      [{ id: 3 }, `line 1 of ${folder}/b.json`],
    ])
  })

  it('gives the records of CSV by the names in its header', async () => {
    const path = await write({
      'a.csv': 'id;name\n1;"two\nlines"\n2;\n3;""\n4;"a ""b"""\n',
      'b.csv': 'name;id\r\nx;5\r\n',
    })
    const format = { kind: 'csv', header: 1, delimiter: ';' } as const
    const records = await recordsOf(logs.records({ path, format }))
    expect(records.map(([record]) => record)).toEqual([
      { id: '1', name: 'two\nlines' },
      { id: '2', name: null },
      { id: '3', name: '' },
      { id: '4', name: 'a "b"' },
      { id: '5', name: 'x' },
    ])
    expect(records.map(([, where]) => where?.split(' ')[1])).toEqual(['2', '4', '5', '6', '2'])
  })

  describe('where COPY reads CSV', () => {
    const columns = { id: integer(), user_id: integer().from('User'), name: varchar(5) }
    const check = async (files: Parameters<typeof write>[0], header = 1) => {
      const format = { kind: 'csv', header, codec: 'gzip' } as const
      const zipped = Object.entries(files).map(([name, body]) => [name, gzipSync(body)])
      const listing = logs.files({ path: await write(Object.fromEntries(zipped)), format })
      const warnings: string[] = []
      const reading = { ...readingOf(columns), warn: (what: string) => warnings.push(what) }
      await listing.check?.(await listing.list(reading), reading.columns, reading)
      return warnings.map((what) => what.replaceAll(/s3:\S*\//g, ''))
    }

    it('takes files whose headers name the columns in order', async () => {
      expect(await check({ a: 'id,User,name\n1,2,x\n', b: '"ID", user ,Name\r\n' })).toEqual([])
      expect(await check({ a: 'made by\nid,User,name\n', b: 'made by\n' }, 2)).toEqual([])
    })

    it('warns once of a name that it does not know', async () => {
      expect(await check({ a: 'id,user_id,name\n', b: 'id,user_id,name\n1,2,x\n' })).toEqual([
        "clicks: the header of a is id, user_id, name. If that is meant, declare user_id `.from('user_id')`.",
      ])
    })

    it.each([
      ['another order', 'id,name,User\n1,x,2\n'],
      ['a column more', 'id,User,extra,name\n1,2,3,x\n'],
      ['a column less', 'id,User\n1,2\n'],
      ['a column in the place of another', 'User,other,name\n1,2,x\n'],
    ])('refuses %s', async (_what, body) => {
      await expect(check({ a: body })).rejects.toMatchObject({
        name: 'SourceRefused',
        message: expect.stringMatching(
          /^clicks: the header of s3:.*\/a is .*, and it declares id, user, name, which COPY would take in this order: declare/,
        ),
      })
    })
  })

  it.each([
    ['is NULL, with a warning, where it takes NULL', integer().nullable(), undefined],
    ['fails', integer(), 'SourceRefused'],
  ])('a column that a header of CSV does not name %s', async (_what, age, problem) => {
    const path = await write({
      'a.csv': 'id,age\n1,7\n',
      'b.csv': 'id,years\n2,8\n',
      'c.csv': 'id,years\n',
    })
    const from = logs.records({ path, format: { kind: 'csv', header: 1 } })
    const mirrored = mirror(from, {
      ...{ name: 'people', columns: { id: integer(), age, date: date().nullable() } },
      publish: { partition: 'date' },
    })[definition]
    if (mirrored.made.by !== 'extract') throw new Error('no extract')
    const own = { id: integer(), age, date: date().nullable() }
    const warnings: string[] = []
    const reading = { ...readingOf(own), warn: (what: string) => warnings.push(what) }
    const reads = async () => {
      const found: unknown[] = []
      if (mirrored.made.by !== 'extract') return found
      for await (const batch of mirrored.made.from.read(reading)) found.push(...batch)
      return found
    }
    if (problem) return expect(reads()).rejects.toMatchObject({ name: problem })
    expect(await reads()).toEqual([
      { id: '1', age: '7' },
      { id: '2', years: '8' },
    ])
    expect(warnings.map((what) => what.replaceAll(/s3:\S*\//g, ''))).toEqual([
      'clicks: the header of a.csv has no date; it has id, age. Correct the columns of clicks: `.from()` says what one is called there. Until then it is NULL.',
      'clicks: the header of b.csv has no age, date; it has id, years. Correct the columns of clicks: `.from()` says what one is called there. Until then it is NULL.',
    ])
  })

  it('gives the records of CSV without a header in their order', async () => {
    const path = await write({ 'a.csv': '1,NA,"NA"\n2,,x' })
    const format = { kind: 'csv', marker: 'NA' } as const
    const records = await recordsOf(logs.records({ path, format }))
    expect(records.map(([record]) => record)).toEqual([
      ['1', null, 'NA'],
      ['2', '', 'x'],
    ])
  })

  it('makes rows of records by row, and mirrors them by their paths', async () => {
    const path = await write({ 'a.csv': 'user.id,name\n7,x\n' })
    const from = logs.records({ path, format: { kind: 'csv', header: 1 } })
    const columns = { date: date(), user_id: integer().from('user.id'), name: varchar(5) }
    const publish = { partition: 'date' } as const
    const mirrored = mirror(from, { name: 'mirrored', columns, publish })
    const made = table('made', {
      ...{ columns: { date: date(), id: bigint() }, publish },
      from: logs.records({ path, format: { kind: 'csv' } }),
      row: ([id]) => ({ date: DATE, id: BigInt(id ?? 0) }),
    })
    const rowsOf = (tabled: Tabled, record: unknown) => {
      const { made } = tabled[definition]
      return made.by === 'extract' && (made.row ? [made.row(record)] : [])
    }
    const [[record] = []] = await recordsOf(from)
    expect(rowsOf(mirrored, record)).toEqual([{ date: null, user_id: '7', name: 'x' }])
    expect(rowsOf(made, ['17'])).toEqual([{ date: DATE, id: 17n }])
  })

  it.each<[FileFormat['codec'], string, Uint8Array]>([
    ['gzip', 'members', Buffer.concat([gzipSync('{"id":1}\n{"id"'), gzipSync(':2}')])],
    [
      'zstd',
      'frames',
      Buffer.concat([zstdCompressSync('{"id":1}\n{"i'), zstdCompressSync('d":2}')]),
    ],
  ])('reads all of a file of %s that has many %s', async (codec, _, body) => {
    const path = await write({ a: body })
    const records = await recordsOf(logs.records({ path, format: { kind: 'json', codec } }))
    expect(records.map(([record]) => record)).toEqual([{ id: 1 }, { id: 2 }])
  })

  it('leaves out what is no file of rows', async () => {
    const path = await write({
      ...{ 'b.json': '1', 'a.json': '1', 'sub/c.json': '1', 'd.txt': '1', 'empty.json': '' },
      ...{ _SUCCESS: '1', '_temporary/e.json': '1', '.f.json': '1', 'folder/': '1' },
    })
    const format = { kind: 'json' } as const
    const files = ['a.json', 'b.json', 'd.txt', 'sub/c.json']
    expect(await listed(logs.files({ path, format }))).toEqual(files)
    const json = files.filter((name) => name !== 'd.txt')
    expect(await listed(logs.files({ path, format, match: '.json' }))).toEqual(json)
  })

  it('lists a day to its end, and no other day', async () => {
    here()
    const put = (key: string) =>
      putFile(`http://127.0.0.1:${store.port}/logs/${key}`, Buffer.from('1'))
    for (let n = 0; n < 1050; n++) await put(`many/dt=2026-11-23/${n}`)
    await put('many/dt=2026-11-22/x')
    const files = logs.files({ path: 'many/dt={yyyy}-{mm}-{dd}/', format: { kind: 'json' } })
    const keys = (await files.list(readingOf())).map(({ url }) =>
      url.slice('s3://logs/many/'.length),
    )
    expect(new Set(keys).size).toBe(1050)
    expect(keys.every((key) => key.startsWith('dt=2026-11-23/'))).toBe(true)
  })

  it('looks at three days unless told, and knows a day that is as it was', async () => {
    const path = await write({ a: '{"id":1}' })
    const format = { kind: 'json' } as const
    const { days } = logs.records({ path, format })
    expect([days?.count, logs.files({ path, format, late: 9 }).days.count]).toEqual([3, 9])
    const before = await days?.fingerprint?.(readingOf())
    expect(await days?.fingerprint?.(readingOf())).toBe(before)
    await putFile(
      `http://127.0.0.1:${store.port}/logs/test${folders}/2026/11/23/a`,
      Buffer.from('{"id":2}'),
    )
    expect(await days?.fingerprint?.(readingOf())).not.toBe(before)
  })

  it.each([
    ['clicks/{yyyy}/{mm}/', "logs: the path 'clicks/{yyyy}/{mm}/' needs {yyyy}, {mm} and {dd}"],
    ['{yyyy}/{mm}/{dd}/{hh}', "logs: the path '{yyyy}/{mm}/{dd}/{hh}' holds {hh}; there are"],
    ['/{yyyy}/{mm}/{dd}', "logs: the path '/{yyyy}/{mm}/{dd}' begins with /, which no key does"],
  ])('refuses to be declared with the path %s', (path, problem) => {
    expect(() => logs.files({ path, format: { kind: 'json' } })).toThrow(problem)
  })

  it('refuses to look at no day', () => {
    const format = { kind: 'json' } as const
    expect(() => logs.records({ path, format, late: 0 })).toThrow('logs: late is 0 for')
  })

  const json = { kind: 'json' } as const
  it.each<[string, FileFormat, string | Uint8Array, RegExp]>([
    [
      'text',
      json,
      '{"id":1}\nhello',
      /line 2 of .*\/x is not JSON \(Unexpected token 'h'.*\): hello$/,
    ],
    ['half an object', json, '\n{"id":1', /line 2 of .* is not JSON \([^()]*\): \{"id":1$/],
    ['two objects in a line', json, '{}{}', /line 1 of .* is not JSON \(Unexpected/],
    ['a list', json, '{}\n[1]', /line 2 of .* is not a JSON object: \[1\]$/],
    ['Latin-1', json, Buffer.from('{}\n{}\n{"a":"é"}\n{}', 'latin1'), /line 3 of .* is not UTF-8$/],
    ['an endless line', json, 'x'.repeat(17 * 2 ** 20), /line 1 of .* is longer than 16 MB/],
    [
      'a field too many',
      { kind: 'csv' },
      '1,2\n1,2,3\n',
      /line 2 of .* not CSV of this form \(Invalid Record Length: expect 2, got 3/,
    ],
    [
      'a field too few',
      { kind: 'csv', header: 1 },
      'a,b\n1\n',
      /line 2 of .* not CSV of this form \(Invalid Record Length/,
    ],
    [
      'an open quote',
      { kind: 'csv' },
      '1\n"2\n3\n',
      /line 2 of .* not CSV of this form \(Quote Not Closed/,
    ],
    [
      'a name twice',
      { kind: 'csv', header: 1 },
      'a,a\n1,2\n',
      /line 1 of .* names the column 'a' twice$/,
    ],
    [
      'no gzip',
      { ...json, codec: 'gzip' },
      '{}',
      /line 1 of .* cannot be decompressed \(.*incorrect header check\)$/,
    ],
    [
      'no zstd',
      { ...json, codec: 'zstd' },
      '{}',
      /line 1 of .* cannot be decompressed \(.*Unknown frame/,
    ],
    [
      'half of gzip',
      { ...json, codec: 'gzip' },
      gzipSync('{}\n{}\n'.repeat(99)).subarray(0, -1),
      /line \d+ of .* cannot be decompressed \(.*unexpected end of file\)$/,
    ],
    [
      'half of zstd',
      { ...json, codec: 'zstd' },
      zstdCompressSync('{}\n').subarray(0, -1),
      /cannot be decompressed \(.*unexpected end of file\)$/,
    ],
  ])('names the file and the line where it finds %s', async (_, format, body, problem) => {
    const gz = { ...format, codec: format.codec ?? 'gzip' } as FileFormat
    const path = await write({ x: format.codec ? body : gzipSync(body) })
    await expect(recordsOf(logs.records({ path, format: gz }))).rejects.toMatchObject({
      name: 'BadValue',
      message: expect.stringMatching(problem),
    })
  })

  describe('where S3 says no', () => {
    let answer: [status: number, code: string, message?: string] = [200, '']
    let server: HttpServer
    let requests = 0
    beforeAll(async () => {
      server = createServer(({ url = '' }, response) => {
        requests++
        const listing = url.includes('list-type=2')
        const [status, code, message = 'S3 says so'] = answer
        const isRefused = code.startsWith('list:') === listing || !code.includes(':')
        response.writeHead(isRefused ? status : 200, { 'content-type': 'application/xml' })
        response.end(
          isRefused
            ? `<?xml version="1.0"?><Error><Code>${code.replace(/.*:/, '')}</Code><Message>${message}</Message></Error>`
            : `<?xml version="1.0"?><ListBucketResult><Contents><Key>a</Key><Size>9</Size><ETag>"x"</ETag></Contents></ListBucketResult>`,
        )
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    })
    afterAll(() => void server.close())

    it.each<[number, string, string, string]>([
      [404, 'list:NoSuchBucket', 'SourceRefused', 'logs: there is no bucket logs'],
      [
        403,
        'list:AccessDenied',
        'SourceRefused',
        "logs: the bucket logs may not be listed: this function's role needs s3:ListBucket on arn:aws:s3:::logs, and the bucket's policy may not refuse it (S3 says so)",
      ],
      [
        403,
        'get:AccessDenied',
        'SourceRefused',
        "logs: s3://logs/a may not be read: this function's role needs s3:GetObject on arn:aws:s3:::logs/*",
      ],
      [403, 'get:InvalidObjectState', 'SourceRefused', 'logs: s3://logs/a is archived'],
      [
        301,
        'list:PermanentRedirect',
        'SourceRefused',
        'logs: the bucket logs is in another region than Usher',
      ],
      [400, 'list:InvalidArgument', 'SourceRefused', 'logs: the bucket logs: S3 says so'],
      [503, 'list:SlowDown', 'Transient', 'logs: the bucket logs: S3 says so'],
      [503, 'get:SlowDown', 'Transient', 'logs: s3://logs/a: S3 says so'],
      [500, 'list:InternalError', 'Transient', 'logs: the bucket logs: S3 says so'],
      [
        412,
        'get:PreconditionFailed',
        'Transient',
        'logs: s3://logs/a has changed since it was listed',
      ],
      [404, 'get:NoSuchKey', 'Transient', 'logs: s3://logs/a has changed since it was listed'],
    ])('answers %s %s as %s', async (status, code, name, message) => {
      process.env.AWS_ENDPOINT_URL_S3 = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      answer = [status, code]
      requests = 0
      await expect(recordsOf(logs.records({ path, format: json }))).rejects.toMatchObject({
        ...{ name, message: expect.stringContaining(message) },
      })
      expect(requests).toBeLessThanOrEqual(name === 'Transient' ? 10 : 2)
    })

    it('says that nothing answers', async () => {
      process.env.AWS_ENDPOINT_URL_S3 = 'http://127.0.0.1:1'
      await expect(recordsOf(logs.records({ path, format: json }))).rejects.toMatchObject({
        name: 'Transient',
        message: expect.stringMatching(/^logs: the bucket logs: .*ECONNREFUSED/),
      })
    })
  })
})

describe('the s3 source, while others write to the bucket,', () => {
  let server: Server
  let url: string
  beforeAll(async () => {
    server = await serve(s3Subject, ROWS)
    url = `${process.env.AWS_ENDPOINT_URL_S3}/logs/whole/2026/11/23`
  }, 60_000)
  afterAll(() => server.stop())

  /** Reads all, does something once it has begun, and gives how many ids came. */
  async function readMeanwhile(work: () => Promise<unknown>): Promise<number> {
    process.env.AWS_ENDPOINT_URL_S3 = new URL(url).origin
    const { made, columns } = s3Subject.whole[definition]
    if (made.by !== 'extract') throw new Error('it is extracted')
    const ids = new Set<unknown>()
    const reading = readingOf(Object.fromEntries(columns.map(({ name, column }) => [name, column])))
    for await (const batch of made.from.read(reading)) {
      if (ids.size === 0) await work()
      for (const record of batch) ids.add((record as { id: number }).id)
    }
    return ids.size
  }
  const file = (id: number) => gzipSync(linesOf([{ id, date: DATE, text: '' }]))

  it('reads what was there when it began, and leaves what was added to the next night', async () => {
    const fingerprint = () => {
      const { made } = s3Subject.whole[definition]
      return made.by === 'extract' && made.from.days?.fingerprint?.(readingOf())
    }
    const before = await fingerprint()
    expect(await readMeanwhile(() => putFile(`${url}/zzz.json.gz`, file(ROWS)))).toBe(ROWS)
    expect(await fingerprint()).not.toBe(before)
    expect(await readMeanwhile(async () => {})).toBe(ROWS + 1)
  })

  it('begins anew where a file is replaced that it has not read yet', async () => {
    await expect(
      readMeanwhile(() => putFile(`${url}/zzz.json.gz`, file(ROWS + 1))),
    ).rejects.toMatchObject({
      name: 'Transient',
      message: 'logs: s3://logs/whole/2026/11/23/zzz.json.gz has changed since it was listed',
    })
    expect(await readMeanwhile(async () => {})).toBe(ROWS + 1)
  })

  it('begins anew where a file is deleted that it has not read yet', async () => {
    const remove = () => fetch(`${url}/zzz.json.gz`, { method: 'DELETE' })
    await expect(readMeanwhile(remove)).rejects.toMatchObject({ name: 'Transient' })
    expect(await readMeanwhile(async () => {})).toBe(ROWS)
  })

  it('goes on with a file where its connection broke', async () => {
    const before = await server.tries()
    expect(await readMeanwhile(async () => server.cut())).toBe(ROWS)
    // A file is asked for once, but for the one that was cut off.
    expect((await server.tries()) - before).toBeLessThanOrEqual(1 + ROWS / 2000 + 2)
  })
})
