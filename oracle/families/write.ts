/** Writes the tiny models of the tests into a folder, for states.py to read: `write.ts FOLDER`. */
import { join } from 'node:path'
import { familyNames } from '../../test/support/families/index.ts'
import { writeTinyModel } from '../../test/support/tiny-gguf.ts'

const folder = process.argv[2]
if (folder === undefined) throw new Error('usage: write.ts FOLDER')
for (const family of familyNames) writeTinyModel(join(folder, `${family}.gguf`), { family })
