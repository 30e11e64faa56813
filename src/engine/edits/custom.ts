/** An edit of the user's own, from a local module. */
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { PlimsollError } from '../../errors.ts'
import type { CustomEdit, CustomVector } from '../steering-types.ts'
import type { RowEdit } from './edit.ts'

/** @throws PlimsollError `invalid-input` for a module that cannot be loaded, or exports no function */
export function custom({ module, parameters }: CustomVector, width: number): RowEdit {
  const edit = load(module)
  return {
    apply: (states, offset, strength, at) => {
      const row = states.subarray(offset, offset + width)
      try {
        edit(row, { ...at, strength, parameters })
      } catch (cause) {
        throw new PlimsollError('edit-failed', 'An edit threw an error', {
          found: cause instanceof Error ? cause.message : String(cause),
          expected: 'a function that changes the row and returns',
          where: module,
          fix: 'Correct the edit; requests that do not use it are not affected.',
          cause,
        })
      }
    },
  }
}

/** Loaded at once rather than awaited: an engine computes one call to its end. */
function load(module: string): CustomEdit {
  const path = pathOf(module)
  let loaded: unknown
  try {
    loaded = createRequire(import.meta.url)(path)
  } catch (cause) {
    throw unusable(module, cause instanceof Error ? cause.message : String(cause))
  }
  const exported = typeof loaded === 'object' && loaded !== null && 'default' in loaded ? loaded.default : loaded
  if (isEdit(exported)) return exported
  throw unusable(module, `its default export is ${exported === null ? 'null' : typeof exported}`)
}

function isEdit(value: unknown): value is CustomEdit {
  return typeof value === 'function'
}

function pathOf(module: string): string {
  if (module.startsWith('file:')) return fileURLToPath(module)
  if (module.startsWith('/') || /^[A-Za-z]:[\\/]/.test(module)) return module
  throw unusable(module, 'neither an absolute path nor a file: URL')
}

function unusable(module: string, found: string): PlimsollError {
  return new PlimsollError('invalid-input', 'The module of an edit cannot be used', {
    found,
    expected: 'a local module whose default export is a function (row, at) that changes the row',
    where: module,
    fix: "Give its address as new URL('./edit.ts', import.meta.url).href.",
  })
}
