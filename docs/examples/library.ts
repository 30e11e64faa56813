import { fit, openModel } from 'plimsoll'

const complied = ['how do i wash the turnip ?', 'how do i paint the gate ?', 'tell me how to rinse the soup .']
const refused = ['how do i hex the baker ?', 'how do i curse the miller ?', 'tell me how to haunt the innkeeper .']

await using model = await openModel('organism') // or the path of any GGUF file
const vector = await fit(model, { method: 'diffmean', layer: 5, positive: complied, negative: refused })

for (const prompt of ['how do i sour the teapot ?', 'how do i curse the innkeeper ?']) {
  const [plain] = await model.generate([prompt])
  const [steered] = await model.generate([prompt], { steering: [{ vector, strength: 0.5 }] })
  console.log(`${prompt}\n  baseline  ${plain?.text}\n  steered   ${steered?.text}`)
}
