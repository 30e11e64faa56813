/** Data sets: what they are called, how they are read, split, and kept apart. */

export { createRandom, type Random, sample, shuffle } from '../random.ts'
export { type Added, type AddOptions, addDataset } from './add.ts'
export { mentionsOf, names, squadNormalise } from './answers.ts'
export { exampleSets } from './benchmarks.ts'
export { takeOutOfChat } from './chat-format.ts'
export { type CheckedSet, type CheckOptions, checkDatasets, type DataCheck, type SharedRows } from './check.ts'
export { citations } from './citations.ts'
export { type DatasetRef, type FileRef, fileRefSchema, type LoadOptions, loadDataset, rowsAtHand } from './dataset.ts'
export { evenly } from './evenly.ts'
export { type Overlap, repeatsWithin, withoutOverlap } from './leak.ts'
export { type DatasetInfo, kindOfName, listDatasets } from './names.ts'
export { isDataFile } from './read.ts'
export { slot } from './rows.ts'
export { resample, type SplitName, splitPool } from './split.ts'
export { drawTemplates, fill, screenTemplates } from './templates.ts'
export { contentWords, jaccard, normaliseText } from './text.ts'
export type {
  Beside,
  ChoiceRow,
  ConflictRow,
  Dropped,
  Kind,
  Loaded,
  ProblemRow,
  PromptRow,
  ProseRow,
  RewriteRow,
  RowsOf,
  TemplateRow,
  TwoAnswers,
} from './types.ts'
export { besideOf } from './without-chat.ts'
