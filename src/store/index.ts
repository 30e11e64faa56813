export { openStore } from './open.ts'
export type {
  AnswerFilter,
  AnswerRecord,
  BrowsedAnswer,
  BrowseFilter,
  BrowseTally,
  BrowseView,
  ChunkUse,
  JudgedRecord,
  Label,
  RunProgress,
  RunRow,
  Score,
  Session,
  Store,
  UsedChunk,
} from './types.ts'
