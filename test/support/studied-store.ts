/** A store in which the demonstration's small study was run on the teaching model. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openModel } from '../../src/engine/open.ts'
import { openStore } from '../../src/store/index.ts'
import { planStudy, runStudy, type StudyResult } from '../../src/study/index.ts'
import { small } from './small-study.ts'

export interface StudiedStore extends Disposable {
  readonly file: string
  readonly result: StudyResult
}

export async function studiedStore(): Promise<StudiedStore> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-studied-'))
  const file = join(folder, 'store.db')
  const weights = fileURLToPath(new URL('../../models/organism/organism.gguf', import.meta.url))
  await using model = await openModel(weights, { name: 'organism', threads: 1 })
  await using store = await openStore(file)
  const { result } = await runStudy(await planStudy(small), { model, store })
  return { file, result, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}
