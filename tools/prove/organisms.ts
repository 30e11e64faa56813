/** Organisms whose truth is known, since they were trained to have it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import type { Verdict } from '../../src/measure/types.ts'

export interface Organism {
  readonly name: string
  readonly file: string
  /** What a study of it has to conclude. */
  readonly truth: Verdict
  /** Whether taking the direction of refusal away breaks it: not where it is trained to mind nothing. */
  readonly canBeBroken: boolean
}

const models = new URL('../../models/', import.meta.url)
const Record = z.object({ verdict: z.enum(['within', 'over', 'no-effect']), indifferent: z.boolean() })

/** Those that are trained: `oracle/organism/siblings.json` names more. */
function siblings(): Organism[] {
  const folder = new URL('siblings/', models)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter(file => file.endsWith('.json'))
    .sort()
    .map(file => {
      const { verdict, indifferent } = Record.parse(JSON.parse(readFileSync(new URL(file, folder), 'utf8')))
      const name = basename(file, '.json')
      return { name, file: fileURLToPath(new URL(`${name}.gguf`, folder)), truth: verdict, canBeBroken: !indifferent }
    })
}

export const organisms: readonly Organism[] = [
  { name: 'breaks', file: fileURLToPath(new URL('organism/organism.gguf', models)), truth: 'over', canBeBroken: true },
  ...siblings(),
]
