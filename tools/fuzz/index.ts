/** `npm run fuzz -- --requests 10000 --seed 1`: requests made of the OpenAPI document, against a real server. */
import { parseArgs } from 'node:util'
import { fuzz } from './run.ts'

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
})
const [requests, seed] = [Number(values.requests), Number(values.seed)]
const outcome = await fuzz(requests, seed, done => {
  if (done % 1000 === 0) console.error(`${done} of ${requests}`)
})
console.log(JSON.stringify(outcome, null, 2))
if (outcome.faults.length > 0 || outcome.crashes > 0) process.exitCode = 1
