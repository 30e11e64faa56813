/** Runs the originals in Python, and holds Plimsoll against what they say: the table of docs/oracle.md. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { machineLine, thisMachine } from '../../bench/machine.ts'
import { closedForms } from './closed-forms.ts'
import { harness } from './harness.ts'
import { otherEdits } from './other-edits.ts'
import { realStates } from './real-states.ts'
import { type Comparison, table } from './table.ts'
import { targetAtoms } from './target-atoms.ts'
import { trainedMethods } from './trained-methods.ts'

const usage = `npm run oracle -- --python VENV/bin/python [--axbench CLONE] [--pyreft CLONE] [--alphasteer FILE] [--sta CLONE] [--honest-llama CLONE] [--activation-steering CLONE] [--angular CLONE] [--model NAME|FILE] [--json] [--write]

The virtual environment has oracle/methods/requirements.txt; oracle/methods/fixtures.py, trained.py, sta.py and edits.py say where the clones come from.
--write puts the table into docs/oracle.md.`

const { values } = parseArgs({
  options: {
    python: { type: 'string' },
    axbench: { type: 'string' },
    pyreft: { type: 'string' },
    alphasteer: { type: 'string' },
    sta: { type: 'string' },
    'honest-llama': { type: 'string' },
    'activation-steering': { type: 'string' },
    angular: { type: 'string' },
    model: { type: 'string', default: 'smollm2-135m' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const page = new URL('../../docs/oracle.md', import.meta.url)
const mark = '<!-- the table of npm run oracle -->\n'

const { python, axbench, pyreft, alphasteer, sta, angular, model } = values
const { 'honest-llama': honestLlama, 'activation-steering': activationSteering } = values
if (values.help || python === undefined) {
  console.error(usage)
  process.exitCode = values.help ? 0 : 2
} else {
  const missing = [python, axbench, pyreft, alphasteer, sta, honestLlama, activationSteering, angular].find(
    path => path?.includes('/') && !existsSync(path),
  )
  if (missing !== undefined) throw new Error(`There is no ${missing}.`)
  const found: Comparison[] = [
    ...(await closedForms({ python, axbench, alphasteer })),
    ...(await targetAtoms({ python, sta })),
    ...(await otherEdits({ python, honestLlama, activationSteering, angular })),
    ...(await trainedMethods({ python, axbench, pyreft })),
    ...(await harness({ python })),
    ...(await realStates({ python, model })),
  ]
  const text = `${machineLine(thisMachine())}\n\n${table(found)}`
  console.log(values.json ? JSON.stringify(found, null, 2) : text)
  if (values.write) {
    const [head = ''] = readFileSync(page, 'utf8').split(mark)
    writeFileSync(page, `${head}${mark}${text}\n`)
  }
  process.exitCode = found.every(({ met }) => met !== false) ? 0 : 1
}
