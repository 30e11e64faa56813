/** Every method has a page with its figure, and is on the list. */
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { fitMethods } from '../../src/steer/methods/fit-method.ts'

const folder = new URL('../../docs/methods/', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8')

test.each(fitMethods)('$name', ({ name, citation }) => {
  const page = read(`${name}.md`)
  expect(page).toMatch(new RegExp(`^# \`${name}\`: `))
  expect(page).toContain(`](figures/${name}.svg)`)
  expect(page).toContain(`\n*${citation}*\n`)
  expect(existsSync(new URL(`figures/${name}.svg`, folder))).toBe(true)
  expect(read(`figures/${name}.svg`)).toContain(`<title>${name}: strength 0: `)
  expect(read('README.md')).toContain(`[\`${name}\`](${name}.md)`)
})
