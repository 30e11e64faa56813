export { openStore } from './open.ts'
export type {
  AnswerFilter,
  AnswerRecord,
  ChunkUse,
  JudgedRecord,
  RunProgress,
  RunRow,
  Session,
  Store,
  UsedChunk,
} from './types.ts'
