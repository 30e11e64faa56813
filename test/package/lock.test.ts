import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'

const Names = z.record(z.string(), z.string()).default({})
const Lock = z.looseObject({
  packages: z.record(z.string(), z.looseObject({ dependencies: Names, optionalDependencies: Names })),
})

/**
 * npm leaves out what it could not look up when it wrote the file, platform packages above all, and then `npm ci` refuses
 * every fresh clone. Put the entries back: version, os, cpu, libc.
 */
test('the lockfile has every package that another one names, those of other platforms too', () => {
  const { packages } = Lock.parse(JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')))
  const missing = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter(name => !candidates(path, name).some(candidate => candidate in packages))
      .map(name => `${name}, named by ${path === '' ? 'package.json' : path}`),
  )
  expect(missing).toEqual([])
})

/** Folders in which Node looks for `name` from `path`. */
function candidates(path: string, name: string): string[] {
  const parts =
    path === ''
      ? ['']
      : ['', ...path.split('/node_modules/').map((_, i, all) => all.slice(0, i + 1).join('/node_modules/'))]
  return parts.map(part => (part === '' ? `node_modules/${name}` : `${part}/node_modules/${name}`))
}
