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

/** Kinds of llama.cpp build, the fastest first. */
export type Build = 'cuda' | 'vulkan' | 'metal' | 'cpu'

interface Package {
  /** Also the folder of its binaries. */
  readonly name: string
  readonly build: Build
  /** Holds more backends of the same build, where it is installed. */
  readonly extension?: string
}

/** `process.platform-process.arch` → its packages. The last one comes with Plimsoll, the others are installed by choice. */
const packages: Readonly<Record<string, readonly Package[]>> = {
  'linux-x64': [
    { name: 'linux-x64-cuda', build: 'cuda', extension: 'linux-x64-cuda-ext' },
    { name: 'linux-x64-vulkan', build: 'vulkan' },
    { name: 'linux-x64', build: 'cpu' },
  ],
  'linux-arm64': [{ name: 'linux-arm64', build: 'cpu' }],
  'darwin-arm64': [{ name: 'mac-arm64-metal', build: 'metal' }],
  'darwin-x64': [{ name: 'mac-x64', build: 'cpu' }],
  'win32-x64': [
    { name: 'win-x64-cuda', build: 'cuda', extension: 'win-x64-cuda-ext' },
    { name: 'win-x64-vulkan', build: 'vulkan' },
    { name: 'win-x64', build: 'cpu' },
  ],
  'win32-arm64': [{ name: 'win-arm64', build: 'cpu' }],
}

const Metadata = z.looseObject({ buildOptions: z.looseObject({ llamaCpp: z.looseObject({ release: z.string() }) }) })

export interface LibraryFiles {
  readonly build: Build
  readonly folder: string
  /** Folders with backends, in the order to load them. */
  readonly backends: readonly string[]
  readonly release: string
  readonly ggmlBase: string
  readonly ggml: string
  readonly llama: string
}

/**
 * Paths of the three libraries to load, in that order: those of the first installed package for a graphics processor,
 * else those that come with Plimsoll. The variable `PLIMSOLL_GPU` (`cuda`, `vulkan` or `off`) names one.
 * @throws PlimsollError `library-missing`, `library-mismatch`, `usage` for a variable that names none
 */
export function findLibrary(wanted: 'any' | 'cpu'): LibraryFiles {
  const platform = `${process.platform}-${process.arch}`
  const known = packages[platform]
  const plain = known?.at(-1)
  if (known === undefined || plain === undefined) {
    throw new PlimsollError('library-missing', 'There is no prebuilt llama.cpp for this platform', {
      found: platform,
      expected: Object.keys(packages).join(', '),
      fix: 'Run Plimsoll on one of the platforms above.',
    })
  }
  const chosen = wanted === 'cpu' ? plain : (named(known) ?? known.find(({ name }) => packageFolder(name) !== null))
  const { name, build, extension } = chosen ?? plain
  const folder = binaries(name)
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
  const more = extension === undefined || packageFolder(extension) === null ? [] : [binaries(extension)]
  return {
    build,
    folder,
    backends: [folder, ...more],
    release,
    ggmlBase: file(/^(lib)?ggml-base[.\w]*\.(so|dylib|dll)$/),
    ggml: file(/^(lib)?ggml(\.[a-z]+)?(\.v[\d.]+)?\.(so|dylib|dll)$/),
    llama: file(/^(lib)?llama(\.[a-z]+)?(\.v[\d.]+)?\.(so|dylib|dll)$/),
  }
}

/** The package that the variable `PLIMSOLL_GPU` names; undefined where it is not set. */
function named(known: readonly Package[]): Package | undefined {
  const wanted = process.env.PLIMSOLL_GPU
  if (!wanted) return undefined
  if (wanted === 'off') return known.at(-1)
  const found = known.find(({ build }) => build === wanted)
  if (found !== undefined) return found
  const builds = known.flatMap(({ build }) => (build === 'cpu' ? [] : [build]))
  throw new PlimsollError('usage', 'PLIMSOLL_GPU names no build of llama.cpp for this platform', {
    found: wanted,
    expected: [...builds, 'off'].join(', '),
    fix: 'Set it to one of these, or unset it to take what is installed.',
  })
}

function binaries(name: string): string {
  const folder = packageFolder(name)
  if (folder !== null) return join(folder, 'bins', name)
  throw new PlimsollError('library-missing', 'The package with the llama.cpp libraries is not installed', {
    found: `no @node-llama-cpp/${name}`,
    expected: `@node-llama-cpp/${name}@${packageVersion}`,
    fix: `Run: npm install @node-llama-cpp/${name}@${packageVersion}`,
  })
}

/** null where it is not installed. */
function packageFolder(name: string): string | null {
  try {
    // The package exports only `dist/index.js`.
    return dirname(dirname(createRequire(import.meta.url).resolve(`@node-llama-cpp/${name}`)))
  } catch {
    return null
  }
}

function readRelease(file: string): string {
  if (!existsSync(file)) return 'unknown (no build metadata)'
  const parsed = Metadata.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  return parsed.success ? parsed.data.buildOptions.llamaCpp.release : 'unknown (build metadata of another form)'
}
