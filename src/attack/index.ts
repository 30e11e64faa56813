export { defineAttack, loadAttack, type OwnAttack } from './own.ts'
export { attacks, findAttack } from './registry.ts'
export type { Asked, Attack, AttackGroup, AttackParameters, Told, Turn } from './types.ts'
export { attackWrapper, chainWrapper, rewriteWrapper, templateWrapper, type Wrapped, type Wrapper } from './wrapper.ts'
