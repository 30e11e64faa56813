/**
 * Vectors in the files of other programs: llama.cpp's control vectors both ways, lm-evaluation-harness's steering files.
 * @packageDocumentation
 */
export {
  loadControlVector,
  type Maker,
  openVector,
  saveControlVector,
  saveSteeredFile,
  writeVector,
} from './steer/index.ts'
