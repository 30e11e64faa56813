/** Edits along one direction: `add`, `ablate`, `affine`, `clamp`. */
import type { ClampVector, Direction } from '../steering-types.ts'
import type { RowEdit } from './edit.ts'
import { addScaled, dot } from './row.ts'

/** h + α·s·û */
export function add({ unit, scale }: Direction): RowEdit {
  return {
    apply: (states, offset, strength) => addScaled(states, offset, unit, strength * scale),
    adds: { unit, scale },
  }
}

/** h − α·(h·û)·û: the whole component along û is gone at α = 1. */
export function ablate({ unit }: Direction): RowEdit {
  return {
    apply: (states, offset, strength) => addScaled(states, offset, unit, -strength * dot(states, offset, unit)),
  }
}

/** h − (h·û)·û + reference·û + α·s·û */
export function affine({ unit, scale, reference }: Direction & { readonly reference: number }): RowEdit {
  return {
    apply: (states, offset, strength) =>
      addScaled(states, offset, unit, reference + strength * scale - dot(states, offset, unit)),
  }
}

/** h + (c − h·û)·û with c = α·s, where the component lies on the wrong side of c. */
export function clamp({ unit, scale }: Direction, side: NonNullable<ClampVector['side']>): RowEdit {
  return {
    apply: (states, offset, strength) => {
      const missing = strength * scale - dot(states, offset, unit)
      if (side === 'at-least' && missing <= 0) return
      if (side === 'at-most' && missing >= 0) return
      addScaled(states, offset, unit, missing)
    },
  }
}
