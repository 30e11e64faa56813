/** Modules of the user's own, named in a study file. */
import { pathToFileURL } from 'node:url'
import { PlimsollError } from './errors.ts'

/**
 * The default export of a module of this machine; undefined where it has none. Whoever names it runs it.
 * @param what what it is to hold, for errors: `method`
 * @throws PlimsollError `not-found`
 */
export async function defaultExportOf(file: string, what: string): Promise<unknown> {
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
