/** Guard models: local models trained to say which answers are harmful. */
export { type GuardFormName, guardForms } from './forms.ts'
export { type GuardOptions, guardGrader } from './guard.ts'
export { type GuardPrompt, readGuardTemplate } from './template.ts'
