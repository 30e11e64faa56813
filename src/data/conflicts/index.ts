/** Sets of questions that memory answers in one way and a passage in another. */
export { readConflictQa } from './conflictqa.ts'
export { readCounterfact } from './counterfact.ts'
export { readKre } from './kre.ts'
export { readMemotrap, readMemotrapChoices } from './memotrap.ts'
export { readPopQa } from './popqa.ts'
export { fromPublished, type PublishedForm, publishedForms } from './published.ts'
export { leakOf, withTellingNames } from './screen.ts'
