/** What several parts of a study file are made of. */
import { z } from 'zod'
import { fileRefSchema } from '../../data/index.ts'

export const count = z.int().min(1)
/** A data set's name, `<pool>/fit` or `<pool>/select` of this study, or an own file. */
export const Ref = z.union([z.string().min(1), fileRefSchema])
export type Ref = z.infer<typeof Ref>

export const Layer = z.int().min(0).max(500)

export const Name = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._@×-]{0,79}$/u, 'expected letters, digits, spaces and . _ - @, at most 80')

/** A module of one's own; whoever runs the study runs it. */
export const ownModule = /^(?:\.{1,2}|[A-Za-z]:)?[\\/].*\.[cm]?[jt]s$/
export function isOwnModule(name: string): boolean {
  return ownModule.test(name)
}
