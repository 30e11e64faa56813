import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import { temporaryFolder, tinyStudy } from './plimsoll.ts'

const folder = temporaryFolder()
afterAll(() => folder[Symbol.dispose]())

/** Runs a command that has to fail as every command should: four lines at most, on stderr, and no trace of the code. */
async function failing(...args: string[]): Promise<{ code: number | null; said: string }> {
  const { code, stdout, stderr } = await folder.plimsoll(...args)
  expect(stdout).toBe('')
  const lines = stderr.trimEnd().split('\n')
  expect(lines.length).toBeLessThanOrEqual(4)
  expect(lines[0]).toMatch(/^✖ \S/)
  expect(lines.at(-1)).toMatch(/^ {2}Do: \S/)
  expect(stderr).not.toMatch(/^\s+at /m)
  expect(stderr).not.toMatch(/undefined|\[object|ENOENT|EISDIR|EEXIST/)
  return { code, said: stderr }
}

describe('a mistake in the command line ends with 2', () => {
  it.each([
    [['frob'], /no command frob\n {2}expected demo, init, run/],
    [['gnerate', 'x'], /Did you mean generate\? See plimsoll --help/],
    [['model', 'lst'], /Did you mean list\? See plimsoll model --help/],
    [['run', 'demo', '--plann'], /Did you mean --plan\? See plimsoll run --help/],
    [['generate', 'a', '--top-p', 'most'], /expected a number, got "most"/],
    [['generate'], /Missing required argument 'PROMPT'/],
    [['generate', 'a', 'b'], /expected 1 argument, got 2: a, b/],
    [['generate', 'a', '--strength', 'much'], /expected a number from -10000 to 10000, got "much"/],
    [['run', 'demo', '--gate=perfect'], /expected within, not-broken/],
    [['run', 'demo', '--engines', '1.5'], /expected a whole number, got "1.5"/],
    [['fit', '--positive', 'a.csv'], /Required option '--negative/],
    [
      ['fit', '--positve', 'a.csv', '--negative', 'b.csv'],
      /Unknown option '--positve'\n {2}Do: Did you mean --positive\?/,
    ],
    [
      ['fit', '--positive', 'a.txt', '--negative', 'b.txt', '--layer', '5', '-o', 'v.txt'],
      /expected FILE\.safetensors, FILE\.gguf/,
    ],
    [['methods', 'magic'], /no method called magic/],
    [['methods', 'difmean'], /Did you mean diffmean\?/],
    [['generate', 'a', '--strength', '3'], /there is none\n {2}expected --vector FILE beside it/],
    [['generate', 'a', '--strength', '90000', '--vector', 'v'], /expected a number from -10000 to 10000, got "90000"/],
    [['view', '--port', '99999'], /expected a port from 0 to 65535/],
    [['serve', '--port', '99999'], /expected a port from 0 to 65535/],
    [['serve', '--time-limit', '0'], /seconds above 0/],
    [
      ['serve', '--cors-origin', 'example.org'],
      /expected an origin such as https:\/\/example\.org, got "example\.org"/,
    ],
    [['fit', '--positive', 'a.txt', '--negative', 'b.txt', '--limit', '0'], /above 0, got "0"/],
    [['fit', '--positive', 'a.txt', '--negative', 'b.txt'], /expected --layer N/],
    [['fit', '--positive', 'a.txt', '--negative', 'b.txt', '--method', 'difmean'], /Did you mean diffmean\?/],
    [['attacks', 'base46'], /Did you mean base64/],
  ])('plimsoll %j', async (args, words) => {
    const { code, said } = await failing(...args)
    expect(code).toBe(2)
    expect(said).toMatch(words)
  })
})

describe('a study file that cannot be run says where and why', () => {
  it.each([
    ['modle: organism\n', /mine\.yaml:1:1\n {2}modle: unknown key\n {2}Do: Did you mean "model"\?/],
    ['generation: { colour: 3 }\n', /generation\.colour: unknown key, expected one of maxTokens, temperature/],
    ['limit: twelve\n', /mine\.yaml:1:8\n {2}limit: expected a whole number of at least 1, got "twelve"\n/],
    [
      'measure:\n  robustness:\n    - attack: organism/templates/test\n      prompts: organism/harmful/test\n      templates: all\n',
      /mine\.yaml:5:18\n {2}measure\.robustness\[0\]\.templates: expected a whole number from 1 to 500, got "all"/,
    ],
    ['study: overrefusal\n', /model.*\n.*--model FILE\.gguf/],
    ['study: demo\nmodel: nosuch\n', /No model is called nosuch/],
    ['study: dmo\nmodel: organism\n', /Did you mean demo\?/],
    ['study: demo\n  model: organism\n', /no valid YAML {3}mine\.yaml:1:/],
    ['- a\n- b\n', /mine\.yaml:1:1\n {2}the file: expected keys and values/],
    ['study: demo\nselect: { layers: { from: 6, to: 3 } }\n', /no layer to try/],
    ['study: demo\nselect: { layers: [99] }\n', /expected 0 to 7/],
    [
      'study: demo\nconditions: [{ method: diffmean, layer: 99, strength: 1 }]\n',
      /layer of diffmean@99×1: 99|expected 0 to 7, got layer of diffmean\S*: 99/,
    ],
    ['study: demo\nmeasure: { efficacy: [organism/nosuch] }\n', /no data set of this name\n.*and \d+ more, got/],
    [
      'study: demo\nconditions: [{ name: x, vector: no.safetensors }]\n',
      /vector file cannot be read .*no\.safetensors/,
    ],
    ['study: demo\ngeneration: { maxTokens: 5000 }\n', /does not fit into the model’s context/],
    ['study: overrefusal\nmodel: organism\n', /xstest.*\n.*PLIMSOLL_DATA/],
  ])('%j', async (text, words) => {
    folder.write('mine.yaml', text)
    const { code, said } = await failing('run', 'mine.yaml', '--plan')
    expect(code).toBe(1)
    expect(said).toMatch(words)
  })

  it('finds no study of a misspelt name, and none in a folder', async () => {
    expect(await failing('run', 'overrefusal-quik')).toMatchObject({
      code: 1,
      said: expect.stringContaining('Did you mean overrefusal-quick?'),
    })
    expect(await failing('run', '.')).toMatchObject({ code: 1, said: expect.stringContaining('found a folder') })
  })
})

describe('files', () => {
  it('tells a model that is none from one that is not there', async () => {
    folder.write('text.gguf', 'hello')
    expect((await failing('generate', 'x', '--model', 'text.gguf')).said).toMatch(/text\.gguf is not a GGUF file/)
    expect((await failing('generate', 'x', '--model', 'organism', '--grammar', 'none.gbnf')).said).toMatch(
      /grammar cannot be read +\S*none\.gbnf/,
    )
    expect((await failing('generate', 'x', '--model', 'organism', '--top-p', '3')).said).toMatch(
      /expected a number above 0 and at most 1, got topP /,
    )
    expect((await failing('generate', 'x', '--model', 'none.gguf')).said).toMatch(/There is no file none\.gguf/)
    expect((await failing('demo', '--model', 'none.gguf')).said).toMatch(/There is no file none\.gguf/)
  })

  it('knows what cannot be removed, found or pulled', async () => {
    expect((await failing('model', 'path', 'nosuch')).said).toMatch(/expected one of organism, /)
    expect((await failing('model', 'remove', 'nosuch')).said).toMatch(/nosuch/)
    expect((await failing('model', 'remove', 'organism')).said).toMatch(/part of this package/)
    expect((await failing('model', 'pull', 'nosuch')).said).toMatch(/No model called nosuch/)
  })

  it('takes columns of another name, and says how to name them', async () => {
    folder.write('asked.csv', 'question\nhow do i wash the turnip ?\nhow do i paint the gate ?\n')
    folder.write('other.txt', 'how do i hex the baker ?\n')
    const fit = ['fit', '--model', 'organism', '--positive', 'asked.csv', '--negative', 'other.txt', '--layer', '5']
    expect((await failing(...fit)).said).toMatch(/--column OURS=THEIRS/)
    const { code, stdout } = await folder.plimsoll(...fit, '--column', 'prompt=question')
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('2 prompts against 1') })
  })

  it('says which row of a data file is wrong', async () => {
    folder.write('less.csv', 'prompt\nhow do i hex the baker ?\n')
    folder.write('other.csv', 'question\nwhy ?\n')
    folder.write('notes.md', 'why ?\n')
    const fitted = (positive: string) =>
      failing('fit', '--model', 'organism', '--layer', '5', '--negative', 'less.csv', '--positive', positive)
    expect((await fitted('none.csv')).said).toMatch(/could not be read {3}none\.csv/)
    expect((await fitted('other.csv')).said).toMatch(
      /other\.csv:2\n {2}expected \{"prompt": text\}.*, got columns question\n/,
    )
    expect((await fitted('notes.md')).said).toMatch(/expected \.jsonl, \.json, \.csv, \.tsv or \.txt/)
    expect((await fitted('organism/harmles/fit')).said).toMatch(/Did you mean organism\/harmless\/fit\?/)
  })

  it('does not begin where it could not end', async () => {
    folder.write('mine.yaml', tinyStudy)
    folder.write('taken', 'a file')
    const { code, said } = await failing('run', 'mine.yaml', '--quiet', '--output', 'taken/report')
    expect(code).toBe(1)
    expect(said).toMatch(/a file where a folder is needed/)
    const fit = ['--positive', 'organism/harmless/fit', '--negative', 'organism/harmful/fit', '--layer', '5']
    expect((await failing('fit', '--model', 'organism', ...fit, '-o', 'taken/v.safetensors')).said).toMatch(/ taken\n/)
  })
})

describe('stores', () => {
  it('keeps its hands off a file that is no store', async () => {
    folder.write('notes.db', 'not a database, but long enough to be looked at as one')
    for (const command of [['run', 'demo'], ['report', 'demo'], []]) {
      const { code, stderr } = await folder.plimsoll(...command, '--store', 'notes.db')
      expect(code).toBe(1)
      expect(stderr).toMatch(/The store cannot be opened {3}notes\.db\n.*\n {2}Do: Name another file with --store/)
    }
  })

  it.skipIf(process.platform === 'win32')(
    'loses nothing where the disk takes no more',
    { timeout: 180_000 },
    async () => {
      folder.write('full.yaml', tinyStudy)
      // Blocks of 512 or 1024 bytes, by shell: in either case the store fits in for a while, and not to its end.
      const limited = await folder.limited(400, 'run', 'full.yaml', '--store', 'full.db')
      expect(limited.code).toBe(1)
      expect(limited.stderr).toMatch(/✖ The store could not be used\n {2}found a disk that .*\n {2}Do: Check disk/)
      expect(limited.stderr).not.toMatch(/^\s+at /m)
      const { code, stdout } = await folder.plimsoll('run', 'full.yaml', '--store', 'full.db')
      expect(code).toBe(0)
      expect(stdout).toMatch(/reused [1-9]\d* of \d+ chunks/)
      expect(stdout).toContain('OVER THE LINE')
    },
  )

  it('keeps its hands off the database of another program', async () => {
    const path = join(folder.path, 'theirs.db')
    const db = new DatabaseSync(path)
    db.exec('CREATE TABLE notes (text TEXT)')
    db.close()
    const before = readFileSync(path)
    const { code, said } = await failing('run', 'demo', '--store', 'theirs.db')
    expect(code).toBe(1)
    expect(said).toMatch(/database of another program {3}theirs\.db\n.*got the tables notes/)
    expect(readFileSync(path)).toEqual(before)
  })

  it('refuses what a later version wrote', async () => {
    const db = new DatabaseSync(join(folder.path, 'later.db'))
    db.exec(
      "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL); INSERT INTO meta VALUES ('schema', '99'), ('plimsoll', '9.1.0')",
    )
    db.close()
    const { code, said } = await failing('run', 'demo', '--store', 'later.db')
    expect(code).toBe(1)
    expect(said).toMatch(
      /another version of Plimsoll {3}later\.db\n {2}expected schema \d+, of Plimsoll [\d.]+, got schema 99, of Plimsoll 9\.1\.0\n/,
    )
  })

  it('serves nobody openly where keys were asked for, nor with names that lead nowhere', async () => {
    const keys = folder.write('no-keys.txt', '# none yet\n\n')
    const serve = ['serve', '--model', 'organism', '--port', '0', '--no-view']
    expect((await failing(...serve, '--api-key-file', keys)).said).toMatch(/file with API keys has none/)
    expect((await failing(...serve, '--default', 'nope@1')).said).toMatch(
      /no vector of the name that --default gives\n {2}expected a vector: none was given, got nope\n {2}Do: Give it with --vector/,
    )
  })

  it('takes no alias of YAML that holds itself', async () => {
    folder.write('round.yaml', '&a [*a, *a]\n')
    expect((await failing('run', 'round.yaml', '--plan')).said).toMatch(/a value that holds itself/)
  })

  it('makes none where it only reads', async () => {
    expect((await failing('report', 'demo', '--store', 'none.db')).said).toMatch(/no finished run of demo/)
    expect((await failing('report', 'demo', '--store', 'none.db')).said).toMatch(/found no store/)
  })
})

it('gives a program the same as one JSON document', async () => {
  const { code, stdout, stderr } = await folder.plimsoll('model', 'path', 'nosuch', '--json')
  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toEqual({
    error: {
      code: 'not-found',
      message: 'No model is called nosuch',
      expected: expect.any(String),
      found: 'nosuch',
      fix: expect.any(String),
    },
  })
  expect(stderr).toMatch(/^✖ /)
})
