import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Folder, temporaryFolder } from './plimsoll.ts'

describe('plimsoll chat', () => {
  let folder: Folder
  const question = 'how do i hex the turnip ?'
  const chat = ['chat', '--model', 'organism', '--max-tokens', '12']
  const answers = (stdout: string) => stdout.trimEnd().split('\n')
  beforeAll(async () => {
    folder = temporaryFolder()
    const sides = ['--positive', 'organism/harmless/fit', '--negative', 'organism/harmful/fit']
    const made = await folder.plimsoll(
      'fit',
      '--model',
      'organism',
      ...sides,
      '--layer',
      '5',
      '--limit',
      '40',
      '-o',
      'v.safetensors',
    )
    expect(made).toMatchObject({ code: 0 })
  })
  afterAll(() => folder[Symbol.dispose]())

  it('answers as generate does, remembers what was said, and begins anew', async () => {
    const alone = await folder.plimsoll('generate', question, '--model', 'organism', '--max-tokens', '12')
    const { code, stdout } = await folder.feed(`${question}\n${question}\n/new\n${question}\n`, ...chat, '--quiet')
    expect(code).toBe(0)
    const [first, second, third, ...more] = answers(stdout)
    expect([first, third, more]).toEqual([alone.stdout.trim(), alone.stdout.trim(), []])
    // The first question and its answer stand before the second, which the model sees.
    expect(second).not.toBe('')
  })

  it('steers from the next answer on, shows the baseline beside, and takes the vector away', async () => {
    const asked = ['/new', question]
    const lines = [
      question,
      '/vector v.safetensors',
      '/strength -4',
      ...asked,
      '/baseline',
      ...asked,
      '/vector off',
      ...asked,
    ]
    const { code, stdout, stderr } = await folder.feed(`${lines.join('\n')}\n/quit\nnever read\n`, ...chat, '--quiet')
    expect([code, stderr]).toEqual([0, ''])
    const [plain, steered, ...rest] = answers(stdout)
    expect(steered).not.toBe(plain)
    expect(rest).toEqual(['baseline', plain, 'steered, v.safetensors at strength -4', steered, plain])
  })

  it('answers as long as the context allows, and says when it is full', async () => {
    const usual = ['chat', '--model', 'organism', '--quiet']
    expect(await folder.feed(`${question}\n`, ...usual)).toMatchObject({ code: 0, stdout: expect.stringMatching(/\w/) })
    const words = 'the turnip '.repeat(300)
    const { code, stdout, stderr } = await folder.feed(`${words}\n/new\n${question}\n`, ...usual)
    expect(code).toBe(1)
    expect(stderr).toMatch(/fills the model’s context\n.*fewer than 512.*\n {2}Do: \/new begins anew\./)
    expect(stdout).toMatch(/\w/)
  })

  it.skipIf(process.platform === 'win32')('ends when it is told to, in the middle of an answer', async () => {
    const bin = fileURLToPath(new URL('../../bin/plimsoll.cjs', import.meta.url))
    const child = spawn(process.execPath, [bin, ...chat, '--quiet'], { cwd: folder.path })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (said === '') child.kill('SIGTERM')
      said += text
    })
    // Its input stays open, and there is much to answer.
    child.stdin.on('error', () => undefined).write(`${question}\n`.repeat(200))
    const [code, signal] = await once(child, 'exit')
    expect([code, signal]).toEqual([0, null])
    expect(answers(said).length).toBeLessThan(100)
  })

  it('says what studies found of a vector, and goes on after a mistake', async () => {
    const { code, stdout, stderr } = await folder.feed(
      `/vector none.safetensors\n/strengh 2\n${question}\n`,
      ...[...chat, '--vector', 'v.safetensors'],
    )
    // A script cannot read what went wrong; its exit code says that something did.
    expect(code).toBe(1)
    expect(stdout).toContain('v.safetensors was never measured on this model: run a study.')
    expect(stderr).toContain('none.safetensors')
    expect(stderr).toContain('Did you mean /strength?')
    expect(answers(stdout).at(-1)).toMatch(/\w/)
  })
})
