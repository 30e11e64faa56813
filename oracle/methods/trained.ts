/** Writes a tiny model and the tokens of a few examples into a folder, for trained.py to train on: `trained.ts FOLDER`. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openModel } from '../../src/engine/open.ts'
import { writeTinyModel } from '../../test/support/tiny-gguf.ts'
import { exampleTokens } from '../../test/support/trained-examples.ts'

const folder = process.argv[2]
if (folder === undefined) throw new Error('usage: trained.ts FOLDER')
const file = join(folder, 'llama.gguf')
writeTinyModel(file)
await using model = await openModel(file)
writeFileSync(join(folder, 'examples.json'), JSON.stringify(await exampleTokens(model)))
