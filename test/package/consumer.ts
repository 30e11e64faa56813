/** Type-checked and run by pack.test.ts in a folder of its own, against the installed package. */
import { writeFileSync } from 'node:fs'
import { fit, loadVector, openModel, PlimsollError, type StudyResult, saveVector, type Vector } from 'plimsoll'
import { EMBEDDING, Where } from 'plimsoll/engine'
import { loadControlVector, saveControlVector } from 'plimsoll/formats'
import { type Server, startServer } from 'plimsoll/server'
import { wilson } from 'plimsoll/statistics'

const model = await openModel('organism')
const prompt = 'how do i wash the turnip ?'
const vector: Vector = await fit(model, {
  method: 'diffmean',
  layer: 5,
  positive: [prompt, 'tell me how to rinse the soup .'],
  negative: ['how do i hex the baker ?', 'tell me how to haunt the innkeeper .'],
})
await saveVector(vector, 'made.safetensors')
const loaded = await loadVector('made.safetensors', model.info)
const [plain] = await model.generate([prompt], { maxTokens: 8 })
const [steered] = await model.generate([prompt], { maxTokens: 8, steering: [{ vector: loaded, strength: 0.5 }] })
await saveControlVector(loaded, 'made.gguf')
const control = await loadControlVector('made.gguf', model.info)
const server: Server = await startServer(model, { port: 0, vectors: [{ name: 'made', vector: loaded }] })
const listed = await (await fetch(`${server.url}/v1/models`)).text()
await server.stop(0)
await model[Symbol.asyncDispose]()

// @ts-expect-error Types that were lost on the way would be `any`, and this no error.
const wrong: string = vector.provenance.model.layers

export type Checked = [StudyResult['conditions'], typeof wrong]
writeFileSync(
  'consumer.json',
  JSON.stringify({
    plain: plain?.text,
    steered: steered?.trace?.layers,
    control: Object.keys(control.directions),
    served: listed.includes('default+made'),
    embedding: EMBEDDING,
    site: Where.parse({}).site,
    rate: wilson(1, 2),
    error: new PlimsollError('usage', 'message').code,
  }),
)
