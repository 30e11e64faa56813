/** Organisms whose truth is known, since they were trained to have it. */
import { readFileSync } from 'node:fs'
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

function sibling(name: string): Organism {
  const { verdict, indifferent } = Record.parse(
    JSON.parse(readFileSync(new URL(`siblings/${name}.json`, models), 'utf8')),
  )
  return {
    name,
    file: fileURLToPath(new URL(`siblings/${name}.gguf`, models)),
    truth: verdict,
    canBeBroken: !indifferent,
  }
}

export const organisms: readonly Organism[] = [
  { name: 'breaks', file: fileURLToPath(new URL('organism/organism.gguf', models)), truth: 'over', canBeBroken: true },
  ...['safe', 'unmoved'].map(sibling),
]
