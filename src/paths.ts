/** Folders of the user's that every part of the program may need. */
import { join, resolve } from 'node:path'
import envPaths from 'env-paths'

/** The user's cache folder for this program; the variable `PLIMSOLL_CACHE` overrides it. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const chosen = env.PLIMSOLL_CACHE
  return chosen ? resolve(chosen) : envPaths('plimsoll', { suffix: '' }).cache
}

/** Where published data sets lie; the variable `PLIMSOLL_DATA` names a folder of one's own. */
export function dataFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env.PLIMSOLL_DATA ? resolve(env.PLIMSOLL_DATA) : join(cacheFolder(env), 'data')
}
