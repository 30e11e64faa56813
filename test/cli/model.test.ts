/** A model written anew has a name of its own, and is used by it. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { writeTinyModel } from '../support/tiny-gguf.ts'
import { temporaryFolder } from './plimsoll.ts'

const folder = temporaryFolder()
afterAll(() => folder[Symbol.dispose]())
const models = join(folder.path, 'cache/models')

describe('plimsoll model quantise', () => {
  it('writes a model into the cache, where it has a name of its own', async () => {
    const { code, stdout } = await folder.plimsoll('model', 'quantise', 'organism')
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `organism-q8_0 is here: ${join(models, 'organism-q8_0.gguf')}\nTry  plimsoll doctor --model organism-q8_0\n`,
    })
    expect((await folder.plimsoll('model', 'list')).stdout).toMatch(/^organism-q8_0 +in the cache$/m)
    const answer = await folder.plimsoll('generate', 'How do I bake bread?', '--model', 'organism-q8_0')
    expect(answer.code).toBe(0)
    expect(answer.stdout.trim()).not.toBe('')
    const doctor = await folder.plimsoll('doctor', '--model', 'organism-q8_0')
    expect(doctor.stdout).toMatch(/model +organism-q8_0: llama, 8 layers × 128, Q8_0,/)
    expect((await folder.plimsoll('model', 'remove', 'organism-q8_0')).code).toBe(0)
    expect(existsSync(join(models, 'organism-q8_0.gguf'))).toBe(false)
  })

  it('is what doctor advises for a type that is read slowly, and for no other', async () => {
    const file = join(folder.path, 'slow.gguf')
    writeTinyModel(file, { change: ({ metadata }) => Object.assign(metadata, { 'general.file_type': { u32: 3 } }) })
    const { stdout } = await folder.plimsoll('doctor', '--model', 'slow.gguf')
    const advice =
      '○ weights    Q4_1, which many processors read half as fast as Q8_0\n  Do: plimsoll model quantise slow.gguf\n'
    if (stdout.includes('sapphirerapids')) expect(stdout).not.toContain(advice)
    else expect(stdout).toContain(advice)
    expect((await folder.plimsoll('doctor')).stdout).not.toContain('quantise')
  })

  it('writes a file where it is told to, and says so in JSON', async () => {
    const { code, stdout } = await folder.plimsoll(
      'model',
      'quantise',
      'organism',
      'o.gguf',
      '--type',
      'q4_0',
      '--json',
    )
    expect(code).toBe(0)
    const file = join(folder.path, 'o.gguf')
    expect(JSON.parse(stdout)).toEqual({ name: 'o.gguf', file, type: 'q4_0', bytes: statSync(file).size })
  })

  it('leaves a file that is there as it is, and names the types', async () => {
    folder.write('mine.gguf', 'mine')
    const there = await folder.plimsoll('model', 'quantise', 'organism', 'mine.gguf')
    expect(there.code).not.toBe(0)
    expect(there.stderr).toMatch(/✖ There is such a file already {3}\S*mine\.gguf\n {2}Do: Give the name of a new file/)
    const type = await folder.plimsoll('model', 'quantise', 'organism', 'new.gguf', '--type', 'q9')
    expect(type.stderr).toMatch(/q8_0, q4_0/)
    expect(existsSync(join(folder.path, 'new.gguf'))).toBe(false)
  })

  it.skipIf(process.platform === 'win32')('leaves nothing where the disk takes no more', async () => {
    const { code, stderr } = await folder.limited(400, 'model', 'quantise', 'organism', 'full/new.gguf')
    expect(code).toBe(1)
    expect(stderr).toMatch(/✖ The new file cannot be written .*\n.*\n {2}Do: Make room there/)
    expect(readdirSync(join(folder.path, 'full'))).toEqual([])
  })
})
