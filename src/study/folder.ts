/** Where a run's study lay: its own data, suites and methods are looked for from there, wherever a command is given. */
import { existsSync } from 'node:fs'
import type { Store } from '../store/index.ts'
import { hashOf } from './hash.ts'

/** Kept beside the run, not in its plan: the same study is the same run wherever it lies. */
export async function keepFolder(store: Store, run: string, folder: string): Promise<void> {
  await store.saveArtefact(keyOf(run), folder, 'last')
}

/** @param given wins; else the folder that was kept, where it still is there, and at last the working directory */
export async function folderOf(store: Store, run: string, given?: string | undefined): Promise<string> {
  if (given !== undefined) return given
  const kept = await store.artefact(keyOf(run))
  return typeof kept === 'string' && existsSync(kept) ? kept : process.cwd()
}

function keyOf(run: string): string {
  return hashOf({ folder: run })
}
