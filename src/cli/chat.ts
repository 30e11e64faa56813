import { createInterface } from 'node:readline/promises'
import type { Command } from '@commander-js/extra-typings'
import type { Model } from '../engine/types.ts'
import { PlimsollError } from '../errors.ts'
import { DEFAULT_MODEL } from '../models/index.ts'
import { standingOf } from '../serve/index.ts'
import { openVector } from '../steer/index.ts'
import { measuredAt } from '../study/measured-vectors.ts'
import { type Asking, Conversation } from './chat/conversation.ts'
import { commands, parseSaid } from './chat/said.ts'
import { decimalNumber, examples, globalsOf, outputOf, positiveNumber, strengthNumber, wholeNumber } from './common.ts'
import { columns } from './terminal/columns.ts'
import { reportFailure } from './terminal/failure.ts'
import { describeEngine, openForCommand } from './terminal/model.ts'
import type { Output } from './terminal/output.ts'
import { counted, prose } from './terminal/prose.ts'
import { defaultStore } from './terminal/study.ts'

export function chatCommand(program: Command): void {
  program
    .command('chat')
    .summary('Talk to a model, unsteered and steered')
    .description(
      'Talk to a model in the terminal, and change its steering as you go: /strength, /vector, /baseline; /help lists all. Lines can come from a pipe.',
    )
    .option('--model <NAME|FILE>', 'model by name, or a GGUF file', DEFAULT_MODEL)
    .option('--vector <FILE>', 'steering vector')
    .option('--strength <NUMBER>', 'how much of it', strengthNumber, 1)
    .option('--baseline', 'show the unsteered answer beside the steered one')
    .option('--system <TEXT>', 'system prompt')
    .option(
      '--max-tokens <N>',
      'longest answer; less where the conversation leaves no room for it',
      positiveNumber,
      512,
    )
    .option('--temperature <NUMBER>', 'how freely tokens are drawn; 0: always the most likely', decimalNumber, 0)
    .option('--seed <N>', 'another seed, another draw', wholeNumber, 0)
    .option('--threads <N>', 'threads of the engine (default: what the processors allow)', positiveNumber)
    .addHelpText(
      'after',
      examples('plimsoll chat', 'plimsoll chat --vector compliance.safetensors --strength 1.5 --baseline'),
    )
    .action(async (options, command) => {
      const output = outputOf(command)
      if (output.json)
        throw new PlimsollError('invalid-input', 'A conversation is no JSON document', {
          fix: 'Use plimsoll generate --json for one prompt, or plimsoll serve.',
        })
      await using model = await openForCommand(options.model, output, { threads: options.threads })
      const talk = new Conversation(model, options.system ?? null, options.strength)
      talk.beside = options.baseline === true
      const here = { model, talk, output, store: globalsOf(command).store ?? defaultStore }
      output.note(`${model.info.name}   ${describeEngine(model)}\n/help lists the commands; Ctrl-D ends.`)
      if (options.vector !== undefined) await takeVector(options.vector, here)
      const { maxTokens, temperature, seed } = options
      await converse(here, { maxTokens, temperature, seed })
    })
}

interface Here {
  readonly model: Model
  readonly talk: Conversation
  readonly output: Output
  /** File with what studies found. */
  readonly store: string
}

async function converse(here: Here, asking: Omit<Asking, 'signal'>): Promise<void> {
  const { output } = here
  const isTerminal = process.stdin.isTTY === true
  const lines = createInterface({ input: process.stdin, output: process.stdout, terminal: isTerminal })
  let answering: AbortController | null = null
  // Ctrl-C ends an answer, and the program where there is none.
  const onInterrupt = () => (answering === null ? lines.close() : answering.abort())
  let ended = false
  const onTerminate = () => {
    ended = true
    answering?.abort()
    lines.close()
  }
  lines.on('SIGINT', onInterrupt)
  process.on('SIGTERM', onTerminate)
  lines.setPrompt(output.style('bold', '> '))
  try {
    if (isTerminal) lines.prompt()
    for await (const line of lines) {
      answering = new AbortController()
      try {
        if (!(await obey(line, here, { ...asking, signal: answering.signal }))) break
      } catch (error) {
        if (answering.signal.aborted) output.note('\n(stopped)')
        else {
          const code = reportFailure(error, output)
          // Somebody who types reads it; a script does not.
          if (!isTerminal) process.exitCode = code
        }
      }
      answering = null
      if (ended) break
      if (isTerminal) lines.prompt()
    }
  } finally {
    lines.close()
    process.off('SIGTERM', onTerminate)
  }
}

/** False where it was the last line. */
async function obey(line: string, here: Here, asking: Asking): Promise<boolean> {
  const { talk, output } = here
  const said = parseSaid(line)
  switch (said.kind) {
    case 'nothing':
      return true
    case 'quit':
      return false
    case 'help':
      output.print(columns(commands.map(([usage, what]) => [usage, what])))
      return true
    case 'new':
      talk.forget()
      output.note('Begun anew.')
      return true
    case 'system':
      talk.system = said.text
      talk.forget()
      output.note(said.text === null ? 'No system prompt. Begun anew.' : 'Begun anew under this system prompt.')
      return true
    case 'baseline':
      talk.beside = !talk.beside
      output.note(talk.beside ? 'The unsteered answer is shown beside.' : 'The unsteered answer is no longer shown.')
      return true
    case 'strength':
      talk.strength = said.strength
      await tellSteering(here)
      return true
    case 'vector':
      if (said.file === null) talk.steered = null
      else await takeVector(said.file, here)
      if (said.file === null) output.note('No vector: the model as it is.')
      return true
    case 'message':
      await answer(said.text, here, asking)
      return true
  }
}

async function answer(text: string, { talk, output }: Here, asking: Asking): Promise<void> {
  if (talk.beside && talk.isSteered) {
    output.print(output.style('dim', 'baseline'))
    await write(talk.baseline(text, asking), talk, output)
    output.print(output.style('dim', `steered, ${talk.steered?.name} at strength ${talk.strength}`))
  }
  await write(talk.answer(text, asking), talk, output)
}

async function write(pieces: AsyncIterable<string>, talk: Conversation, output: Output): Promise<void> {
  let started = false
  for await (const piece of pieces) {
    // Templates leave an empty line before the answer.
    process.stdout.write(started ? piece : piece.trimStart())
    started ||= piece.trim() !== ''
  }
  process.stdout.write('\n')
  if (talk.cutAt !== null)
    output.note(output.style('dim', `(cut at ${counted(talk.cutAt, 'token')}: see --max-tokens, and /new)`))
}

async function takeVector(file: string, here: Here): Promise<void> {
  const vector = await openVector(file, here.model.info)
  here.talk.steered = { name: file, vector }
  await tellSteering(here)
}

/** What steers from now on, and what studies found of it. */
async function tellSteering({ talk, output, store: file }: Here): Promise<void> {
  const { steered, strength } = talk
  if (steered === null) {
    output.note(`Strength ${strength}, once there is a vector: /vector FILE.`)
    return
  }
  const [measured = []] = await measuredAt(file, [steered.vector])
  const { warning } = standingOf(steered.name, strength, measured, false)
  output.note(`${steered.name} at strength ${strength}.`)
  if (warning !== null) output.note(prose(warning))
}
