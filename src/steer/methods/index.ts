/** Every method, by name. */
import { ablation } from './ablation.ts'
import { diffmean } from './diffmean.ts'
import { random } from './random.ts'
import type { MethodDescription } from './types.ts'

export const methods: readonly MethodDescription[] = [diffmean, ablation, random]
