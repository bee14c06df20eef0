import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Connection, createConnection } from 'mysql2/promise'
import { integer, mirror, mysql } from '#lib'
import { definition } from '../../lib/table/definition.ts'
import type { Cells } from '../../lib/table/origin.ts'
import { findServer, type Server, startServer } from '../../local/mysql/server.ts'
import { type Secrets, secretOf, startSecrets } from '../../local/services/secrets.ts'

const installed = findServer()
// The words of a replica's rights and threads are those of MariaDB here.
const suite = installed?.flavor === 'mariadb' ? describe : describe.skip
if (suite !== describe) console.warn('No MariaDB is installed: the replica tests are skipped')

suite('a replica, and the primary it follows', () => {
  let directory: string
  let primary: Server
  let replica: Server
  let onPrimary: Connection
  let onReplica: Connection
  let secrets: Secrets

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'usher-replica-test-'))
    const start = async (name: string, id: number, args: readonly string[]) => {
      const dir = join(directory, name)
      return startServer({ dir, database: 'shop', args: [`--server-id=${id}`, ...args] })
    }
    ;[primary, replica] = await Promise.all([
      start('primary', 1, ['--log-bin=binlog', '--binlog-format=ROW']),
      start('replica', 2, []),
    ])
    ;[onPrimary, onReplica] = await Promise.all([
      createConnection(primary.adminUrl),
      createConnection(replica.adminUrl),
    ])
    const [[{ File, Position }]] = (await onPrimary.query('SHOW MASTER STATUS')) as unknown as [
      [{ File: string; Position: number }],
    ]
    const { port, username, password } = new URL(primary.adminUrl)
    await onReplica.query(`CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = ${port},
      MASTER_USER = '${username}', MASTER_PASSWORD = '${password}',
      MASTER_LOG_FILE = '${File}', MASTER_LOG_POS = ${Position}, MASTER_USE_GTID = no`)
    await onReplica.query('START SLAVE')
    await onPrimary.query('CREATE DATABASE shop')
    await onPrimary.query('CREATE TABLE shop.seats (id int PRIMARY KEY)')
    await onPrimary.query('INSERT INTO shop.seats VALUES (1), (2)')
    await applied()
    // The administrator may see how replication goes; a user who may only SELECT may not.
    secrets = await startSecrets({
      primary: secretOf(new URL(`${primary.adminUrl}/shop`)),
      replica: secretOf(new URL(`${replica.adminUrl}/shop`)),
      'primary, unseen': secretOf(new URL(primary.url)),
      'replica, unseen': secretOf(new URL(replica.url)),
    })
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    })
  }, 60_000)

  afterAll(async () => {
    await onPrimary?.end()
    await onReplica?.end()
    await replica?.stop()
    await primary?.stop()
    secrets?.stop()
    rmSync(directory, { recursive: true, force: true })
  })

  const statusOf = async () => {
    const [rows] = await onReplica.query('SHOW SLAVE STATUS')
    return (rows as Record<string, string | number | null>[])[0] ?? {}
  }
  /** Waits until the replica's status is as it should be. */
  const until = async (isSo: (status: Record<string, string | number | null>) => boolean) => {
    while (!isSo(await statusOf())) await sleep(20)
  }
  /** Waits until the replica has all that its primary has. */
  const applied = async () => {
    const [[at]] = (await onPrimary.query('SHOW MASTER STATUS')) as unknown as [
      [{ Position: number }],
    ]
    await until(({ Exec_Master_Log_Pos }) => Exec_Master_Log_Pos === at.Position)
  }
  /** Reads the seats from one of the two as an extract would. */
  async function read(secret: string, options: Partial<Parameters<typeof mysql>[1]> = {}) {
    const seats = mirror(mysql('shop', { secret, ...options }).table('seats'), {
      columns: { id: integer().primaryKey() },
    })[definition]
    if (seats.made.by !== 'extract') throw new Error('no extract')
    const notes: string[] = []
    const { signal } = new AbortController()
    const reading = { table: 'seats', columns: seats.columns, date: '2026-11-23', signal }
    const ids: Cells[number][] = []
    const told = { note: (what: string) => notes.push(what), warn: () => {} }
    for await (const batch of seats.made.from.read({ ...reading, ...told })) {
      ids.push(...(batch as Cells[]).map(([id]) => id as string))
    }
    return { ids, notes }
  }

  it('is a primary that is refused, unless the source says that it is one', async () => {
    const refused = (message: string) => ({ name: 'SourceRefused', message })
    const unless = 'or, if this is the one to read, say so in its source: primary: true'
    await expect(read('primary, unseen')).rejects.toMatchObject(
      refused(
        'shop: this server takes writes, and the user, who lacks SLAVE MONITOR, may not see whether ' +
          `it is a replica. Grant that, or give its secret a replica; ${unless}`,
      ),
    )
    await expect(read('primary')).rejects.toMatchObject(
      refused(
        'shop: this server is no replica: what is read slows down those who write to it. ' +
          `Give its secret a replica; ${unless}`,
      ),
    )
    for (const secret of ['primary', 'primary, unseen']) {
      expect(await read(secret, { primary: true })).toEqual({ ids: ['1', '2'], notes: [] })
    }
  })

  it('is read where it follows its primary, and where that cannot be seen but it is read-only', async () => {
    expect(await read('replica')).toEqual({ ids: ['1', '2'], notes: [] })
    await expect(read('replica, unseen')).rejects.toThrow(
      'who lacks SLAVE MONITOR, may not see whether',
    )
    await onReplica.query('SET GLOBAL read_only = 1')
    expect(await read('replica, unseen')).toEqual({
      ids: ['1', '2'],
      notes: ['lag not known: the user lacks SLAVE MONITOR'],
    })
    await onReplica.query('SET GLOBAL read_only = 0')
  })

  it('is tried again where it is too far behind, and says how far', async () => {
    await onReplica.query('LOCK TABLES shop.seats READ')
    // A change of an hour ago, which the lock keeps from being applied.
    await onPrimary.query('SET SESSION timestamp = UNIX_TIMESTAMP() - 3600')
    await onPrimary.query('INSERT INTO shop.seats VALUES (3)')
    await onPrimary.query('SET SESSION timestamp = DEFAULT')
    await until(({ Seconds_Behind_Master }) => Number(Seconds_Behind_Master) >= 3600)
    for (const primary of [false, true]) {
      await expect(read('replica', { primary })).rejects.toMatchObject({
        name: 'Transient',
        message:
          'shop: the replica is 60 minutes behind, and may be 30 at most: wait until it has ' +
          'caught up, or allow it more in its source: lag: { minutes }',
      })
    }
    expect(await read('replica', { lag: { minutes: 90 } })).toEqual({
      ids: ['1', '2'],
      notes: ['read from a replica 60 minutes behind'],
    })
    await onReplica.query('UNLOCK TABLES')
    await applied()
    expect(await read('replica')).toEqual({ ids: ['1', '2', '3'], notes: [] })
  })

  it('is not read where replication has stopped, and says why', async () => {
    await onReplica.query('INSERT INTO shop.seats VALUES (4)')
    await onPrimary.query('INSERT INTO shop.seats VALUES (4)')
    await until(({ Slave_SQL_Running }) => Slave_SQL_Running === 'No')
    await expect(read('replica')).rejects.toMatchObject({
      name: 'SourceRefused',
      message:
        'shop: its replication has stopped (receiving: Yes, applying: No, error 1062), and what is ' +
        'read would be old: mend it and START REPLICA, or give the secret another replica; or, if it ' +
        'is a primary by now, say so in its source: primary: true',
    })
    // Applying what it receives has failed: it still is a replica.
    await expect(read('replica', { primary: true })).rejects.toThrow('its replication has stopped')
    await onReplica.query('DELETE FROM shop.seats WHERE id = 4')
    await onReplica.query('START SLAVE')
    await applied()
    expect((await read('replica')).ids).toHaveLength(4)
  })

  it('is a primary by now where the source says so, and replication is over', async () => {
    await onReplica.query('STOP SLAVE')
    await expect(read('replica')).rejects.toThrow('its replication has stopped')
    expect((await read('replica', { primary: true })).ids).toHaveLength(4)
  })

  it('is tried again where its primary cannot be reached', async () => {
    await onReplica.query('STOP SLAVE')
    await onReplica.query('CHANGE MASTER TO MASTER_PORT = 1')
    await onReplica.query('START SLAVE')
    await until(({ Slave_IO_Running }) => Slave_IO_Running === 'Connecting')
    await expect(read('replica')).rejects.toMatchObject({
      name: 'Transient',
      message: 'shop: the replica is not connected to its primary, and tries to be',
    })
  })
})

it('has a lag that is a time', () => {
  expect(() => mysql('shop', { secret: 'shop', lag: { minutes: 0 } })).toThrow(
    'shop: lag: { minutes: 0 } is no time: give the minutes it may be behind',
  )
})
