/** The contract holds for calls that share their steps, too. */
import { openModel } from '../../src/engine/open.ts'
import { describeEngine } from './contract.ts'

describeEngine('llama.cpp, calls together', file =>
  openModel(file, { cache: 'f32', flashAttention: 'off', threads: 1, batching: 'together' }),
)
