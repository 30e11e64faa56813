/** A copy of Plimsoll beside libraries that can be tampered with. */
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ErrorCode, ErrorDetails } from '../../../src/errors.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const libraries = `${process.platform}-${process.arch}`
const scope = '@node-llama-cpp'

export type Failure = ErrorDetails & { readonly code: ErrorCode; readonly message: string }

/** Whether the folder of libraries has the name of the platform, as under Linux. */
export const canTamper = process.platform === 'linux'

/**
 * Opens `model` with libraries that `change` was done to: it is given the folder with the binaries, and the package.
 * Resolves with the error; to `null` when the model opened.
 */
export async function openTampered(
  model: string,
  change: (binaries: string, packageFolder: string) => void,
): Promise<Failure | null> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-installation-'))
  try {
    const modules = join(folder, 'node_modules')
    const installed = join(root, 'node_modules')
    mkdirSync(modules)
    for (const name of readdirSync(installed)) {
      if (name !== scope && !name.startsWith('.')) symlinkSync(join(installed, name), join(modules, name))
    }
    const copy = join(modules, scope, libraries)
    cpSync(join(installed, scope, libraries), copy, { recursive: true })
    cpSync(join(root, 'src'), join(folder, 'src'), { recursive: true })
    cpSync(join(root, 'package.json'), join(folder, 'package.json'))
    change(join(copy, 'bins', libraries), copy)
    writeFileSync(
      join(folder, 'open.ts'),
      `import { openModel } from './src/engine/open.ts'
try {
  await using model = await openModel(${JSON.stringify(model)}, { threads: 1 })
  await model.generate(['a'], { maxTokens: 1 })
  console.log('null')
} catch ({ code, message, found, expected, fix, where }) {
  console.log(JSON.stringify({ code, message, found, expected, fix, where }))
}`,
    )
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'open.ts')])
    const failure: Failure | null = JSON.parse(stdout)
    return failure
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
