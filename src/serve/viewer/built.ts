/** Where the built pages are. A package brings them; a clone builds them when they are missing or older than their sources. */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PlimsollError } from '../../errors.ts'

/** Of a clone, or of the package: three levels up from src/serve/viewer and from dist/serve/viewer alike. */
const root = fileURLToPath(new URL('../../../', import.meta.url))
const built = join(root, 'dist', 'web')
const config = join(root, 'web', 'vite.config.ts')
/** What the pages are made of. */
const sources = ['web', 'src/serve/viewer', 'src/study/report', 'src/measure', 'src/study/comparison']

/**
 * The folder of the pages.
 *
 * @param onBuild told before they are built, which takes some seconds
 * @throws PlimsollError `internal` when they cannot be built, with what the build said
 */
export async function builtPages(onBuild: () => void): Promise<string> {
  const page = join(built, 'index.html')
  if (!existsSync(config)) {
    if (existsSync(page)) return built
    throw new PlimsollError('internal', 'The package came without the viewer’s pages', {
      where: page,
      fix: 'Install Plimsoll again.',
    })
  }
  if (existsSync(page) && statSync(page).mtimeMs > newest()) return built
  onBuild()
  await buildPages(built)
  return built
}

function newest(): number {
  const files = sources.flatMap(folder =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  )
  return Math.max(...files)
}

/** Builds the pages of a clone into a folder, whatever was in it. @throws PlimsollError `internal` with what the build said */
export function buildPages(folder: string): Promise<void> {
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [vite, 'build', '--config', config, '--outDir', folder, '--logLevel', 'warn'],
      {
        cwd: root,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    let said = ''
    const listen = (chunk: Buffer) => {
      said += chunk.toString()
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    const failed = (cause?: unknown) =>
      reject(
        new PlimsollError('internal', 'The viewer’s pages could not be built', {
          found: said.trim().slice(-2000) || 'nothing was said',
          fix: 'Run npm ci, then npm run build, which says more.',
          cause,
        }),
      )
    child.once('error', failed)
    child.once('exit', code => (code === 0 ? resolve() : failed()))
  })
}
