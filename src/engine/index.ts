/** Read and edit the hidden states of any GGUF model: useful without the rest of Plimsoll. */
export { openModel } from './open.ts'
export { EMBEDDING, selectedPositions, selectLayers, selectTokens } from './select.ts'
export type * from './types.ts'
export { Tokens, Where } from './where.ts'
