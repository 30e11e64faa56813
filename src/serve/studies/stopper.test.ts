import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { Stopper } from './stopper.ts'

/** A process that tells of each interrupt, and ends when its input does. */
const counting = `
process.on('SIGINT', () => console.log('interrupted'))
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
console.log('ready')
`

test.skipIf(process.platform === 'win32')(
  'a run of another process hears of a stop once, however often it is asked for',
  async () => {
    const child = spawn(process.execPath, ['-e', counting], { stdio: ['pipe', 'pipe', 'inherit'] })
    const said: string[] = []
    const lines = createInterface(child.stdout)
    lines.on('line', line => said.push(line))
    await once(lines, 'line')
    const worker = child.pid ?? 0
    const stopper = new Stopper(null)
    expect(stopper.isStopping('a run', worker)).toBe(false)
    stopper.stop('a run', worker)
    await once(lines, 'line')
    stopper.stop('a run', worker)
    expect(stopper.isStopping('a run', worker)).toBe(true)
    // Another run, and the same run taken up by another process, were not told.
    expect(stopper.isStopping('another run', worker)).toBe(false)
    expect(stopper.isStopping('a run', worker + 1)).toBe(false)
    child.stdin.end()
    await once(child, 'close')
    expect(said).toEqual(['ready', 'interrupted'])
  },
)

test('there is nothing to stop where no other process of this machine works', () => {
  const stopper = new Stopper(null)
  for (const worker of [null, process.pid]) {
    expect(() => stopper.stop('a run', worker)).toThrow('No process of this machine works on this run')
    expect(stopper.isStopping('a run', worker)).toBe(false)
  }
})
