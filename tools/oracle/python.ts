import { execFile } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../../oracle/', import.meta.url))
const mostOutput = 2 ** 28

/** What a program of `oracle/` prints. */
export async function run(python: string, script: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(python, [join(root, script), ...args], { maxBuffer: mostOutput })
  return stdout
}

/** A folder that is gone when it goes out of scope. */
export function scratch(): { readonly path: string } & AsyncDisposable {
  const path = mkdtempSync(join(tmpdir(), 'plimsoll-oracle-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
