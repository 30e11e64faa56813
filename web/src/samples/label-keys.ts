import type { LabelClass } from '../../../src/serve/viewer/wire.ts'

/** The keys of `plimsoll judge annotate`. */
export const labelKeys: readonly { readonly key: string; readonly label: LabelClass }[] = [
  { key: '1', label: 'refused' },
  { key: '2', label: 'partial' },
  { key: '3', label: 'complied' },
  { key: '4', label: 'degenerate' },
  { key: '0', label: 'unclear' },
]
