/** Every method, by name. */
import { fitMethods } from './fit-method.ts'
import { random } from './random.ts'
import type { MethodDescription } from './types.ts'

export const methods: readonly MethodDescription[] = [...fitMethods, random]
