/**
 * Programs in Python, as they come: the official client, and lm-evaluation-harness (`local-chat-completions`). The Python
 * that has them is named by PLIMSOLL_PYTHON; the client alone is fetched where none is.
 */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { question, type Subject, serveOrganism } from './server.ts'

const execute = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-python-'))
/** The release that this was written with. */
const client = 'openai==3.57.0'

const named = process.env.PLIMSOLL_PYTHON
const python = named ?? (await fetchClient())
const harness = named !== undefined && (await imports(named, 'lm_eval, tenacity, aiohttp'))
if (python === null)
  console.warn(`NOT RUN: the Python client: PLIMSOLL_PYTHON names none, and pip did not get ${client}`)
if (!harness) console.warn('NOT RUN: lm-evaluation-harness: PLIMSOLL_PYTHON names no Python that has lm_eval[api]')

async function imports(program: string, modules: string): Promise<boolean> {
  return execute(program, ['-c', `import ${modules}`]).then(
    () => true,
    () => false,
  )
}

async function fetchClient(): Promise<string | null> {
  const program = join(folder, 'venv/bin/python')
  try {
    await execute('python3', ['-m', 'venv', join(folder, 'venv')], { timeout: 60_000 })
    await execute(program, ['-m', 'pip', 'install', '--quiet', '--retries', '1', client], { timeout: 120_000 })
    return program
  } catch {
    return null
  }
}

let subject: Subject
beforeAll(async () => {
  subject = await serveOrganism()
})
afterAll(async () => {
  await subject[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

test.runIf(python !== null)('the official client of Python', async () => {
  const script = fileURLToPath(new URL('./python_client.py', import.meta.url))
  const { stdout } = await execute(python ?? '', [script, `${subject.server.url}/v1`, question])
  const { model } = subject.server.service
  const [plain, steered] = await model.generate(
    [{ prompt: question }, { prompt: question, steering: [{ vector: subject.vector, strength: 2 }] }],
    { maxTokens: 16 },
  )
  const [text] = await model.generate([{ raw: 'the turnip' }], { maxTokens: 4 })
  const total = (plain?.promptTokens ?? 0) + (plain?.tokens.length ?? 0)
  const found: unknown = JSON.parse(stdout)
  expect(found).toMatchObject({
    models: ['organism', 'default', 'default+compliance'],
    whole: plain?.text,
    streamed: plain?.text,
    usage: [total, total],
    steered: steered?.text,
    named: steered?.text,
    meta: [{ vector: 'compliance', strength: 2 }],
    text: text?.text,
    errors: [
      ['NotFoundError', 'model_not_found'],
      ['BadRequestError', 'invalid_value'],
    ],
  })
})

test.runIf(harness)('lm-evaluation-harness asks and scores', { timeout: 600_000 }, async () => {
  const task = join(folder, 'task')
  mkdirSync(task)
  const [alone] = await subject.server.service.model.generate([question], { maxTokens: 20 })
  writeFileSync(join(task, 'rows.jsonl'), `${JSON.stringify({ question, answer: alone?.text })}\n`.repeat(3))
  writeFileSync(
    join(task, 'town.yaml'),
    `task: town
dataset_path: json
dataset_kwargs: { data_files: { test: ${join(task, 'rows.jsonl')} } }
test_split: test
output_type: generate_until
doc_to_text: "{{question}}"
doc_to_target: "{{answer}}"
generation_kwargs: { until: ["zzz"], max_gen_toks: 20, do_sample: false }
metric_list: [{ metric: exact_match, aggregation: mean, higher_is_better: true }]
`,
  )
  const asked = `model=default,base_url=${subject.server.url}/v1/chat/completions,num_concurrent=3,max_retries=1`
  const { stdout } = await execute(
    named ?? '',
    [
      '-m',
      'lm_eval',
      'run',
      '--model',
      'local-chat-completions',
      '--model_args',
      asked,
      '--tasks',
      'town',
      '--include_path',
      task,
      '--apply_chat_template',
    ],
    { env: { ...process.env, OPENAI_API_KEY: 'none', HF_HOME: join(folder, 'hf'), HF_DATASETS_OFFLINE: '1' } },
  )
  expect(stdout).toMatch(/exact_match\s*\|↑\s*\|\s*1\b/)
})
