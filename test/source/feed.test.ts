import { readFileSync } from 'node:fs'
import { expect, it } from '@jest/globals'
import { testSource } from './contract.ts'
import { feedSubject } from './subjects/feed.ts'

testSource(feedSubject)

it('stands in the README as it is here', () => {
  const readme = readFileSync('lib/source/README.md', 'utf8')
  const file = readFileSync('test/source/feed.ts', 'utf8')
  const asNeighbour = file.replaceAll('../../lib/source/', './').replaceAll('../../lib/', '../')
  expect(readme).toContain(`\`\`\`ts\n// lib/source/feed.ts\n${asNeighbour}\`\`\`\n`)
  expect(file.split('\n').length).toBeLessThan(60)
})
