import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decimal, integer, mirror, redis, varchar } from '#lib'
import { redisSecret } from '../../../local/redis/provide.ts'
import { connectRedis } from '../../../local/redis/resp.ts'
import { startRedis } from '../../../local/redis/server.ts'
import type { Subject } from '../subject.ts'

const shop = redis('shop', { secret: 'right' })
const columns = { id: integer().primaryKey(), text: varchar(400) }
const whole = { match: 'whole:*' }

// Digits of hashes hardly compress: the files are large too.
const WRITE = `for id = ARGV[1], ARGV[2] - 1 do
  local digests = {}
  for salt = 1, 10 do digests[salt] = redis.sha1hex(id .. '.' .. salt) end
  redis.call('HSET', 'whole:' .. id, 'id', id, 'text', table.concat(digests))
end`
const BATCH = 10_000

export const redisSubject: Subject = {
  name: 'redis',
  whole: mirror(shop.hashes(whole), { name: 'whole', columns }),
  broken: mirror(shop.hashes({ match: 'broken:*' }), {
    name: 'broken',
    columns: { id: integer().primaryKey(), price: decimal(10, 2) },
  }),
  complaint: /^broken\.price: '9\.8765' has 4 decimals.*id '777'; at the key broken:777/,
  refused: mirror(redis('shop', { secret: 'wrong' }).hashes(whole), { name: 'whole', columns }),
  refusal: /^shop: Redis refuses the user or its password/,

  async serve(rows) {
    const directory = mkdtempSync(join(tmpdir(), 'usher-redis-test-'))
    const server = await startRedis({ dir: directory })
    const admin = await connectRedis(new URL(server.adminUrl))
    for (let id = 0; id < rows; id += BATCH) {
      await admin.send([['EVAL', WRITE, 0, id, Math.min(id + BATCH, rows)]])
    }
    await admin.send(
      Array.from({ length: 2000 }, (_, id) => {
        return ['HSET', `broken:${id}`, 'id', id, 'price', id === 777 ? '9.8765' : '1']
      }),
    )
    const login = redisSecret(new URL(server.url))
    const ask = async (...command: string[]) => String((await admin.send([command]))[0])
    return {
      secrets: { right: login, wrong: { ...login, password: 'wrong' } },
      async connections() {
        return (await ask('CLIENT', 'LIST')).match(/ user=usher /g)?.length ?? 0
      },
      async cut() {
        await ask('CLIENT', 'KILL', 'USER', 'usher')
      },
      async tries() {
        return Number(/total_connections_received:(\d+)/.exec(await ask('INFO', 'stats'))?.[1])
      },
      async stop() {
        admin.close()
        await server.stop()
        rmSync(directory, { recursive: true, force: true })
      },
    }
  },
}
