import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { query } from '../../../local/redshift/query.ts'
import { startWarehouse } from './warehouse.ts'

describe('query', () => {
  let warehouse: Awaited<ReturnType<typeof startWarehouse>>
  beforeAll(async () => {
    warehouse = await startWarehouse()
    await warehouse.run(
      'create table t ("a" integer, "d" date)',
      "insert into t values (7, '2026-11-23')",
    )
  })
  afterAll(() => warehouse.stop())

  it('answers beside the Data API while the stand-in is up', async () => {
    expect(await warehouse.redshift.query('select a / 2 as half, d from t')).toEqual({
      columns: [
        { name: 'half', type: 'integer' },
        { name: 'd', type: 'date' },
      ],
      rows: [[3, '2026-11-23']],
    })
  })

  it('says in a sentence that another process holds the file', async () => {
    const code = `import { query } from '${new URL('../../../local/redshift/query.ts', import.meta.url)}'
      await query('${warehouse.file}', 'select 1').catch((error) => console.log(error.message))`
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', code])
    expect((await run).stdout.trim()).toBe(
      `${warehouse.file} is in use by another process: try again when it has ended`,
    )
  })

  it('reads a file that nobody holds, and changes nothing', async () => {
    await warehouse.redshift.close()
    const { file } = warehouse
    expect((await query(file, 'select nvl(a, 0) from t')).rows).toEqual([[7]])
    expect((await query(file, 'select table_name from svv_tables')).rows).toEqual([['t']])
    await expect(query(file, 'delete from t')).rejects.toThrow('only a SELECT')
    expect(existsSync(`${file}.wal`)).toBe(false)
  })

  it('says that there is no warehouse yet', async () => {
    await expect(query(`${warehouse.file}.none`, 'select 1')).rejects.toThrow(
      'there is no warehouse at',
    )
  })
})
