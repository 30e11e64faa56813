import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { attacks } from '../../src/attack/index.ts'

it('docs/attacks.md says of every attack what its file says', () => {
  const page = readFileSync(new URL('../../docs/attacks.md', import.meta.url), 'utf8')
  const [, block] = /<!-- attacks:[^\n]*-->\n([\s\S]*?)<!-- \/attacks -->/u.exec(page) ?? []
  expect(block).toBe(attacks.map(entry).join('\n'))
})

function entry({
  name,
  group,
  does,
  defaults,
  differsFromOriginal,
  citation,
  seeded,
}: (typeof attacks)[number]): string {
  const parameters = Object.entries(defaults).map(([key, value]) => `\`${key}\`: ${JSON.stringify(value)}`)
  const lines = [
    `${does}${seeded ? ' Drawn from the seed.' : ''}`,
    citation.endsWith('.') ? citation : `${citation}.`,
    ...(differsFromOriginal === '' ? [] : [differsFromOriginal]),
    ...(parameters.length === 0 ? [] : [`Parameters: ${parameters.join(', ')}.`]),
  ]
  return `- **\`${name}\`** (${group}). ${lines.join(' ')}\n`
}
