export { openStore } from './open.ts'
export type { AnswerFilter, AnswerRecord, ChunkUse, JudgedRecord, RunRow, Store, UsedChunk } from './types.ts'
