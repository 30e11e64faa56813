/** A process that runs a study and prints a line for every step, so that a test can kill it anywhere. */
import { writeFileSync } from 'node:fs'
import { openModel } from '../../src/engine/open.ts'
import { openStore } from '../../src/store/index.ts'
import { planStudy, runStudy, StudyFile } from '../../src/study/index.ts'

const [modelFile = '', storeFile = '', resultFile = '', study = ''] = process.argv.slice(2)
const plan = await planStudy(StudyFile.parse(JSON.parse(study)))
await using model = await openModel(modelFile, { name: 'organism', threads: 1 })
await using store = await openStore(storeFile)
const { result, reused } = await runStudy(plan, {
  model,
  store,
  onProgress: ({ stage, done }) => process.stdout.write(`${stage} ${done}\n`),
})
writeFileSync(resultFile, JSON.stringify({ result, reused }))
