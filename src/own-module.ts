/** Modules of the user's own, named in a study file. */
import * as modules from 'node:module'
import { extname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { PlimsollError } from './errors.ts'

/** As the package exports them; a clone that was not built has them as sources. */
const entries: Readonly<Record<string, string>> = {
  plimsoll: 'index',
  'plimsoll/engine': 'engine/index',
  'plimsoll/formats': 'formats',
  'plimsoll/server': 'server',
  'plimsoll/statistics': 'measure/statistics/index',
}
let isAtHand = false

/**
 * The default export of a module of this machine; undefined where it has none. Whoever names it runs it.
 * @param what what it is to hold, for errors: `method`
 * @throws PlimsollError `not-found`
 */
export async function defaultExportOf(file: string, what: string): Promise<unknown> {
  putAtHand()
  const loaded: unknown = await import(pathToFileURL(file).href).catch(cause => {
    throw new PlimsollError('not-found', `The ${what} cannot be loaded`, {
      found: cause instanceof Error ? cause.message : String(cause),
      where: file,
      fix: 'Check the path, and that the module runs by itself.',
      cause,
    })
  })
  return typeof loaded === 'object' && loaded !== null && 'default' in loaded ? loaded.default : undefined
}

/**
 * A module that imports `plimsoll` gets the one that runs it, wherever it lies, whether or not it is installed there.
 * Node before 22.15 has no such hooks: there the package has to be found from the module.
 */
function putAtHand(): void {
  if (isAtHand || !('registerHooks' in modules)) return
  isAtHand = true
  modules.registerHooks({
    resolve(specifier, context, next) {
      const entry = Object.hasOwn(entries, specifier) ? entries[specifier] : undefined
      if (entry === undefined) return next(specifier, context)
      return { url: new URL(`./${entry}${extname(import.meta.url)}`, import.meta.url).href, shortCircuit: true }
    },
  })
}
