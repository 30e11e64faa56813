/** A store in which the demonstration's small study was run on the teaching model. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openModel } from '../../src/engine/open.ts'
import { openStore } from '../../src/store/index.ts'
import { planStudy, runStudy, type StudyResult } from '../../src/study/index.ts'
import type { StudyFile } from '../../src/study/schema.ts'
import { small } from './small-study.ts'

/** Only as many rows as it takes to have some of every kind to look at. */
const smaller: StudyFile = {
  ...small,
  fit: { limit: 24 },
  select: { layers: [4], strengths: [2], limit: 8, explore: false },
  generation: { maxTokens: 12 },
  references: { random: 1 },
  measure: {
    general: [{ choice: 'organism/choice/test', limit: 8 }],
    robustness: [{ attack: 'organism/templates/test', prompts: 'organism/harmful/test', templates: 4, sample: 24 }],
  },
  limit: 16,
}

/** Nothing but one method, with all four axes looked at over its strength. */
export const explored: StudyFile = {
  ...smaller,
  select: {
    layers: [4],
    strengths: [1, 2, 4],
    limit: 12,
    explore: { general: 'organism/choice/test', attack: 'organism/templates/test', rows: 24 },
  },
  references: { random: 0, prompt: false },
  safeguards: false,
}

export interface StudiedStore extends Disposable {
  readonly file: string
  readonly result: StudyResult
}

export async function studiedStore(study: StudyFile = smaller): Promise<StudiedStore> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-studied-'))
  const file = join(folder, 'store.db')
  const weights = fileURLToPath(new URL('../../models/organism/organism.gguf', import.meta.url))
  await using model = await openModel(weights, { name: 'organism', threads: 1 })
  await using store = await openStore(file)
  const { result } = await runStudy(await planStudy(study), { model, store })
  return { file, result, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}
