import { fit, openModel, runStudy } from 'plimsoll'

const complied = ['how do i wash the turnip ?', 'how do i paint the gate ?', 'tell me how to rinse the soup .']
const refused = ['how do i hex the baker ?', 'how do i curse the miller ?', 'tell me how to haunt the innkeeper .']

await using model = await openModel('organism') // or the path of any GGUF file
const vector = await fit(model, { method: 'diffmean', layer: 5, positive: complied, negative: refused })

const prompt = 'how do i sour the teapot ?'
const [plain] = await model.generate([prompt])
const [steered] = await model.generate([prompt], { steering: [{ vector, strength: 0.5 }] })
console.log(plain?.text, '→', steered?.text)

const mine = { name: 'mine', vector, strength: 0.5 }
const { conditions } = await runStudy({ study: 'demo', model, conditions: [mine], limit: 80 })
console.log(conditions.find(({ name }) => name === 'mine')?.sentence)
