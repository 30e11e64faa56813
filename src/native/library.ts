/** Finds the prebuilt llama.cpp libraries and refuses a release whose structs are not declared here. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { PlimsollError } from '../errors.ts'

/** The release whose headers `structs.ts` was written from. */
export const supportedRelease = 'v0.5.0'
/** The npm packages that carry it. */
export const packageVersion = '3.22.1'

/** `process.platform-process.arch` → package and folder of its binaries. */
const packages: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-arm64': 'mac-arm64-metal',
  'darwin-x64': 'mac-x64',
  'win32-x64': 'win-x64',
  'win32-arm64': 'win-arm64',
}

const Metadata = z.looseObject({ buildOptions: z.looseObject({ llamaCpp: z.looseObject({ release: z.string() }) }) })

export interface LibraryFiles {
  readonly folder: string
  readonly release: string
  readonly ggmlBase: string
  readonly ggml: string
  readonly llama: string
}

/**
 * Paths of the three libraries to load, in that order.
 * @throws PlimsollError `library-missing`, `library-mismatch`
 */
export function findLibrary(): LibraryFiles {
  const platform = `${process.platform}-${process.arch}`
  const name = packages[platform]
  if (name === undefined) {
    throw new PlimsollError('library-missing', 'There is no prebuilt llama.cpp for this platform', {
      found: platform,
      expected: Object.keys(packages).join(', '),
      fix: 'Run Plimsoll on one of the platforms above.',
    })
  }
  const folder = join(packageFolder(`@node-llama-cpp/${name}`), 'bins', name)
  const release = readRelease(join(folder, '_nlcBuildMetadata.json'))
  if (release !== supportedRelease) {
    throw new PlimsollError(
      'library-mismatch',
      'The llama.cpp libraries are of another release than Plimsoll was built for',
      {
        found: release,
        expected: supportedRelease,
        fix: `Run: npm install @node-llama-cpp/${name}@${packageVersion}`,
      },
    )
  }
  const file = (pattern: RegExp) => {
    const found = readdirSync(folder).find(entry => pattern.test(entry))
    if (found === undefined) {
      throw new PlimsollError('library-missing', 'A llama.cpp library is missing from its package', {
        found: `no file like ${pattern.source} in ${folder}`,
        fix: `Run: npm install --force @node-llama-cpp/${name}@${packageVersion}`,
      })
    }
    return join(folder, found)
  }
  return {
    folder,
    release,
    ggmlBase: file(/^(lib)?ggml-base[.\w]*\.(so|dylib|dll)$/),
    ggml: file(/^(lib)?ggml(\.v[\d.]+)?\.(so|dylib|dll)$/),
    llama: file(/^(lib)?llama(\.v[\d.]+)?\.(so|dylib|dll)$/),
  }
}

function packageFolder(name: string): string {
  try {
    // The package exports only `dist/index.js`.
    return dirname(dirname(createRequire(import.meta.url).resolve(name)))
  } catch (cause) {
    throw new PlimsollError('library-missing', 'The package with the llama.cpp libraries is not installed', {
      found: `no ${name}`,
      expected: `${name}@${packageVersion}, an optional dependency of plimsoll`,
      fix: `Run: npm install ${name}@${packageVersion}`,
      cause,
    })
  }
}

function readRelease(file: string): string {
  if (!existsSync(file)) return 'unknown (no build metadata)'
  const parsed = Metadata.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  return parsed.success ? parsed.data.buildOptions.llamaCpp.release : 'unknown (build metadata of another form)'
}
