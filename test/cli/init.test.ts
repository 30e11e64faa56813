import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from './plimsoll.ts'

describe('plimsoll init', () => {
  it('writes a study on the one model file that is there, and never over a file', async () => {
    using folder = temporaryFolder()
    folder.write('mine.gguf', '')
    const made = await folder.plimsoll('init')
    expect(made).toMatchObject({ code: 0, stderr: '' })
    expect(made.stdout).toContain('study.yaml: overrefusal-quick on ./mine.gguf')
    const text = readFileSync(join(folder.path, 'study.yaml'), 'utf8')
    expect(text).toContain('model: ./mine.gguf')
    const again = await folder.plimsoll('init', '--study', 'demo')
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('add --force') })
    expect(readFileSync(join(folder.path, 'study.yaml'), 'utf8')).toBe(text)
    expect(await folder.plimsoll('init', '--study', 'demo', '--force')).toMatchObject({ code: 0 })
    expect(readFileSync(join(folder.path, 'study.yaml'), 'utf8')).toContain('model: organism')
  })

  it('takes the default model where there is none, and says which studies there are', async () => {
    using folder = temporaryFolder()
    folder.write('a.gguf', '')
    folder.write('b.gguf', '')
    expect((await folder.plimsoll('init')).stdout).toContain('on smollm2-135m')
    const wrong = await folder.plimsoll('init', 'x.yaml', '--study', 'faithfulnes')
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('Did you mean faithfulness?') })
    expect(await folder.plimsoll('init', 'y.yaml', '--model', 'nope')).toMatchObject({ code: 1 })
    expect((await folder.plimsoll('init', 'z.yaml', '--model', 'organism')).stdout).toContain('demo on organism')
  })
})
