import { execFileSync } from 'node:child_process'
import { afterAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from './plimsoll.ts'

const folder = temporaryFolder()
afterAll(() => folder[Symbol.dispose]())

const offered = async (...words: string[]) => {
  const { code, stdout } = await folder.plimsoll('complete', '--', ...words)
  expect(code).toBe(0)
  return stdout.split('\n').map(line => line.split('\t')[0])
}

describe('shell completion', () => {
  it('offers commands, subcommands and flags', async () => {
    expect(await offered('swe')).toContain('sweep')
    expect(await offered('vector', 'co')).toEqual(expect.arrayContaining(['convert', 'compare', 'combine']))
    expect(await offered('run', '--pl')).toContain('--plan')
  })

  it('offers names of models and studies, and files of their kind', async () => {
    folder.write('studies/mine.yaml', '')
    folder.write('notes.txt', '')
    folder.write('own.gguf', '')
    const studies = await offered('run', '')
    expect(studies).toEqual(expect.arrayContaining(['demo', 'studies/mine.yaml']))
    expect(studies).not.toContain('notes.txt')
    expect(await offered('chat', '--model', '')).toEqual(expect.arrayContaining(['organism', 'own.gguf']))
  })

  it('prints a script that bash can read', async () => {
    const { code, stdout } = await folder.plimsoll('completion', 'bash')
    expect(code).toBe(0)
    expect(execFileSync('bash', ['-n'], { input: stdout, encoding: 'utf8' })).toBe('')
    const registered = execFileSync('bash', ['-c', `${stdout}\ncomplete -p plimsoll`], { encoding: 'utf8' })
    expect(registered).toMatch(/ plimsoll$/m)
  })
})
