/** docs/architectures.md: what the probe finds in a tiny model of each family. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openModel } from '../../../src/engine/open.ts'
import type { SiteInfo } from '../../../src/engine/types.ts'
import { sites } from '../../../src/engine/where.ts'
import { familyNames } from '../../support/families/index.ts'
import { writeTinyModel } from '../../support/tiny-gguf.ts'

test('docs/architectures.md is what the probe finds', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-architectures-'))
  const rows: string[] = []
  for (const family of familyNames) {
    const file = join(folder, `${family}.gguf`)
    writeTinyModel(file, { family })
    await using model = await openModel(file, { threads: 1 })
    const { architecture, layers } = model.info
    const cells = sites.map(site =>
      cell(
        model.info.sites.find(info => info.site === site),
        layers,
      ),
    )
    rows.push(`| ${[`\`${architecture}\``, ...cells].join(' | ')} |`)
  }
  rmSync(folder, { recursive: true, force: true })
  const table = [`| architecture | ${sites.join(' | ')} |`, `|---${'|---'.repeat(sites.length)}|`, ...rows].join('\n')
  await expect(page(table)).toMatchFileSnapshot('../../../docs/architectures.md')
})

function cell(info: SiteInfo | undefined, layers: number): string {
  if (info === undefined) return '–'
  const names = info.tensor
    .split(', ')
    .map(name => (name.startsWith('output matrix') ? name.replace(/(\S+)$/, '`$1`') : `\`${name}\``))
  const partly = info.site !== 'embedding' && info.layers.length < layers
  return `${names.join(', ')}${info.postNorm === 'after' ? ' †' : ''}${partly ? ', where the layer has one' : ''}`
}

const page = (table: string) => `# Architectures

When a model is opened, one token is computed and the graph of that computation is walked: so it is found out where the sites of a [where-clause](where.md) are, whatever llama.cpp calls them in that architecture. Nothing has to be known about a model beforehand. \`plimsoll doctor --model FILE\` shows what was found in yours, and \`model.info.sites\` tells a program.

This page is written by \`test/engine/families/architectures.test.ts\`, which opens a tiny model of each family.

${table}

†: a norm stands between this output and the residual stream. What is read and edited is what comes before that norm, which then scales it. –: the architecture has no such place, and a clause that names it is an error that lists those it has.

*Output matrix of* a tensor: that output has no name in the graph; it is what the matrix behind the named tensor makes of it, its bias and the share of adapters included.

## Proved

For each of these families the tests open tiny models with random weights and hold three things against each other: llama.cpp through this engine, a transformer in plain TypeScript in double precision (\`test/reference/\`), and that one against Hugging Face's transformers reading the same files (\`oracle/families/\`).

- States at every site of every layer agree: reference and transformers to 2e-5, where the norms of the latter are in single precision; engine and reference to 1e-4, and to 2e-3 for the families with GELU (\`gemma2\`, \`gemma3\`), which llama.cpp looks up in a table of half-precision values on a CPU.
- Every edit at every site, at one layer and at all of them, with and without gates, changes log-probabilities as the reference says.
- The whole contract of the engine (generation, sampling, streaming, captures, scores, failures) holds on each.

Architectures that are not in the table open as well if their graph has an embedding and a tensor \`l_out\` at every layer; what else they have is found by the same walk, and has not been proved against another implementation.
`
