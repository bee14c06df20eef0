import { describe, expect, it } from '@jest/globals'
import { namesLike, nearest } from '../../lib/graph/near.ts'

describe('nearest', () => {
  const names = ['events', 'event_demand', 'legacy.events', 'orders', 'users']
  it.each([
    ['event', ['events', 'event_demand', 'legacy.events']],
    ['Events', ['events', 'legacy.events']],
    ['ordres', ['orders']],
    ['warehouse/mysql/users.ts', ['users']],
    ['x', []],
  ])('takes %s for %j', (word, near) => {
    expect(nearest(word, names)).toEqual(near)
  })
})

describe('namesLike', () => {
  const names = Array.from({ length: 12 }, (_, at) => `table_${String(at).padStart(2, '0')}`)
  it('offers what is near, and the first few where nothing is', () => {
    expect(namesLike(['tabel_01'], names)).toBe('did you mean table_01?')
    expect(namesLike(['x', 'y'], names)).toBe(
      `there are ${names.slice(0, 10).join(', ')} and 2 more`,
    )
    expect(namesLike(['x'], ['b', 'a'])).toBe('there are a, b')
  })
})
