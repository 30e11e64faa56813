/** The judge of answers to questions that context and memory answer differently. */
export { judgeFaithful } from './faithful.ts'
