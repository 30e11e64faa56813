export { openStore } from './open.ts'
export type {
  AnswerFilter,
  AnswerRecord,
  ChunkUse,
  JudgedRecord,
  Label,
  LabelClass,
  RunProgress,
  RunRow,
  Score,
  Session,
  Store,
  UsedChunk,
} from './types.ts'
