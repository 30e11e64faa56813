/** How fast this machine reads memory: the limit of decoding one sequence, which reads every weight once a token. */
import { Worker } from 'node:worker_threads'

/** Far larger than any cache. */
const bytes = 256 * 2 ** 20
const passes = 4

/**
 * Bytes per second that `threads` threads read together, the best of a few rounds. `Buffer.indexOf` of a byte that is
 * not there is the C library's memchr, which reads as fast as the processor can.
 */
export async function readBandwidth(threads: number, rounds = 5): Promise<number> {
  const workers = Array.from({ length: threads }, () => new Worker(source, { eval: true }))
  try {
    await Promise.all(workers.map(worker => answerOf(worker)))
    let best = 0
    for (let round = 0; round < rounds; round++) {
      const began = performance.now()
      await Promise.all(
        workers.map(worker => {
          const answer = answerOf(worker)
          worker.postMessage('read')
          return answer
        }),
      )
      best = Math.max(best, (threads * passes * bytes) / ((performance.now() - began) / 1000))
    }
    return best
  } finally {
    await Promise.all(workers.map(worker => worker.terminate()))
  }
}

const source = `
const { parentPort } = require('node:worker_threads')
const memory = Buffer.alloc(${bytes}, 1)
parentPort.on('message', () => {
  let found = 0
  for (let pass = 0; pass < ${passes}; pass++) found += memory.indexOf(0)
  parentPort.postMessage(found)
})
parentPort.postMessage('ready')
`

function answerOf(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject)
    worker.once('message', () => {
      worker.off('error', reject)
      resolve()
    })
  })
}
