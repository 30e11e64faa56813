/** docs/traps.md names tests that there are: a test that is renamed, or gone, takes its line with it. */
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { read } from './documents.ts'

const page = 'docs/traps.md'

/** What the page says is held by which file: italics belong to the link before them. */
const claims = read(page)
  .split('\n')
  .filter(line => line.startsWith('| ') && line.includes('|', 2))
  .map(line => line.split('|')[2] ?? '')
  .reduce<{ file: string; name: string }[]>((told, cell) => {
    let file = cell.startsWith(' the same') ? (told.at(-1)?.file ?? '') : ''
    for (const [, target, name] of cell.matchAll(/\]\(([^)]+)\)|\*([^*]+)\*/g)) {
      if (target !== undefined) file = join(dirname(page), target)
      if (name !== undefined) told.push({ file, name })
    }
    return told
  }, [])

test('the page makes claims', () => {
  expect(claims.length).toBeGreaterThan(20)
})

test.each(claims)('$file: $name', ({ file, name }) => {
  expect(read(file)).toContain(name)
})
