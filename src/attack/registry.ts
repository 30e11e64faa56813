import { answerPrefill } from './transforms/answer-prefill.ts'
import { base64 } from './transforms/base64.ts'
import { characterNoise } from './transforms/character-noise.ts'
import { leetspeak } from './transforms/leetspeak.ts'
import { manyShot } from './transforms/many-shot.ts'
import { pastTense } from './transforms/past-tense.ts'
import { payloadSplitting } from './transforms/payload-splitting.ts'
import { prefixInjection } from './transforms/prefix-injection.ts'
import { refusalSuppression } from './transforms/refusal-suppression.ts'
import { rolePlay } from './transforms/role-play.ts'
import { rot13 } from './transforms/rot13.ts'
import { systemOverride } from './transforms/system-override.ts'
import type { Attack } from './types.ts'

/** Every attack that has a name, in the order of the documentation. */
export const attacks: readonly Attack[] = [
  prefixInjection,
  refusalSuppression,
  rolePlay,
  base64,
  rot13,
  leetspeak,
  characterNoise,
  payloadSplitting,
  manyShot,
  answerPrefill,
  systemOverride,
  pastTense,
]

export function findAttack(name: string): Attack | undefined {
  return attacks.find(attack => attack.name === name)
}
