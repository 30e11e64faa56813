/**
 * The oracle held against another implementation: Hugging Face's transformers, reading the same files
 * (`oracle/families`). GELU by its formula, as there.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { EMBEDDING } from '../../src/engine/place.ts'
import { type Site, sites } from '../../src/engine/where.ts'
import { distance } from '../engine/contract/subject.ts'
import { familyNames } from '../support/families/index.ts'
import { writeTinyModel } from '../support/tiny-gguf.ts'
import { readModelFile } from './file.ts'
import { sitesOf } from './sites.ts'
import { forward } from './transformer.ts'

/** Norms are in single precision there, all else in double; states and logits are of the order of 10. */
const tolerance = 2e-5

const ByLayer = z.record(z.string(), z.array(z.number()))
const Fixture = z.object({
  tokens: z.array(z.int()),
  families: z.record(
    z.string(),
    z.object({ states: z.partialRecord(z.enum(sites), ByLayer), logits: z.array(z.number()) }),
  ),
})
const fixture = Fixture.parse(JSON.parse(readFileSync(new URL('fixtures/families.json', import.meta.url), 'utf8')))

describe.each(familyNames)('%s', family => {
  test('states at every site, and logits, are those of transformers', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-families-'))
    const file = join(folder, 'tiny.gguf')
    writeTinyModel(file, { family })
    const { weights } = await readModelFile(file)
    rmSync(folder, { recursive: true, force: true })

    const found = new Map<string, Float64Array>()
    const logits = forward(weights, fixture.tokens, {
      gelu: 'exact',
      atPlace: (site, layer, _, state) => found.set(`${site} ${layer}`, state.slice()),
    }).at(-1)
    const told = fixture.families[family]
    expect(distance(logits ?? [], told?.logits ?? [])).toBeLessThan(tolerance)
    const seen = (site: Site) => Object.keys(told?.states[site] ?? {}).map(Number)
    // Every site that the oracle has was told by transformers too.
    for (const { site, layers } of sitesOf(weights)) {
      expect(seen(site).sort((a, b) => a - b)).toEqual(site === 'embedding' ? [EMBEDDING] : layers)
      for (const layer of layers) {
        const state = told?.states[site]?.[layer] ?? []
        expect(distance(found.get(`${site} ${layer}`) ?? [], state), `${site} ${layer}`).toBeLessThan(tolerance)
      }
    }
  })
})
