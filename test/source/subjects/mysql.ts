import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mariadb'
import { decimal, integer, mirror, mysql, varchar } from '#lib'
import { startServer } from '../../../local/mysql/server.ts'
import { secretOf } from '../../../local/services/secrets.ts'
import type { Subject } from '../subject.ts'

const shop = mysql('shop', { secret: 'right', primary: true })
const columns = { id: integer().primaryKey(), text: varchar(400) }

export const mysqlSubject: Subject = {
  name: 'mysql',
  whole: mirror(shop.table('whole'), { columns }),
  broken: mirror(shop.table('broken'), {
    columns: { id: integer().primaryKey(), price: decimal(10, 2) },
  }),
  complaint: /^broken\.price: '9\.8765' has 4 decimals.*in the row with id '777'/,
  refused: mirror(mysql('shop', { secret: 'wrong', primary: true }).table('whole'), { columns }),
  refusal: /^shop: MySQL refuses the user or its password/,

  async serve(rows) {
    const directory = mkdtempSync(join(tmpdir(), 'usher-mysql-test-'))
    const server = await startServer({ dir: directory, database: 'shop' })
    const { hostname, port, username, password } = new URL(server.adminUrl)
    const admin = await createConnection({
      ...{ host: hostname, port: Number(port), user: username, password },
      rowsAsArray: true,
    })
    // Digits of hashes hardly compress: the files are large too.
    const digests = Array.from({ length: 12 }, (_, salt) => `MD5(seq * 12 + ${salt})`)
    for (const statement of [
      'CREATE DATABASE IF NOT EXISTS shop CHARACTER SET utf8mb4',
      'USE shop',
      'CREATE TABLE whole (id int PRIMARY KEY, text varchar(400))',
      `INSERT INTO whole SELECT seq, CONCAT(${digests.join(', ')}) FROM seq_0_to_${rows - 1}`,
      'CREATE TABLE broken (id int PRIMARY KEY, price decimal(10,4))',
      'INSERT INTO broken SELECT seq, IF(seq = 777, 9.8765, 1) FROM seq_1_to_2000',
    ]) {
      await admin.query(statement)
    }
    const own = async () => {
      const rows: [id: bigint][] = await admin.query(
        `SELECT id FROM information_schema.processlist WHERE user = 'usher'`,
      )
      return rows.map(([id]) => id)
    }
    const login = secretOf(new URL(server.url))
    return {
      secrets: { right: login, wrong: { ...login, password: 'wrong' } },
      connections: async () => (await own()).length,
      async cut() {
        for (const id of await own()) await admin.query(`KILL CONNECTION ${id}`)
      },
      async tries() {
        const [row]: [name: string, count: string][] = await admin.query(
          `SHOW GLOBAL STATUS LIKE 'Connections'`,
        )
        return Number(row?.[1])
      },
      async stop() {
        await admin.end()
        await server.stop()
        rmSync(directory, { recursive: true, force: true })
      },
    }
  },
}
