import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { type Command, InvalidArgumentError } from '@commander-js/extra-typings'
import { PlimsollError } from '../errors.ts'
import { DEFAULT_MODEL } from '../models/index.ts'
import { type NamedVector, parseNamedVector, type RunningServer, startServer, VectorName } from '../serve/index.ts'
import { builtPages } from '../serve/viewer/built.ts'
import { openVector } from '../steer/index.ts'
import { toolVersion } from '../version.ts'
import { decimalNumber, examples, globalsOf, outputOf, portNumber, positiveNumber, wholeNumber } from './common.ts'
import { columns } from './terminal/columns.ts'
import { reportFailure } from './terminal/failure.ts'
import { listenForInterrupt } from './terminal/interrupt.ts'
import { describeEngine, openForCommand } from './terminal/model.ts'
import type { Output } from './terminal/output.ts'
import { defaultStore } from './terminal/study.ts'

export function serveCommand(program: Command): void {
  program
    .command('serve')
    .summary('OpenAI-compatible server with steering')
    .description(
      'Serve a model to any client of the OpenAI API, and steer each request: by the field `steering`, or by a model name such as default+compliance@1.5. Only this machine can ask, unless --host says otherwise; then an API key is needed (PLIMSOLL_API_KEY, or --api-key-file).',
    )
    .option('--model <NAME|FILE>', 'model by name, or a GGUF file', DEFAULT_MODEL)
    .option('--vector <FILE...>', 'vectors that requests can name; NAME=FILE gives another name than the file has')
    .option('--default <NAME@STRENGTH...>', 'vectors that steer the model `default`', namedVectors)
    .option('--host <ADDRESS>', 'address to listen at', '127.0.0.1')
    .option('--port <N>', 'port to listen at; 0: any that is free', portNumber, 8080)
    .option('--api-key-file <FILE>', 'file with one API key a line')
    .option('--no-view', 'without the pages of plimsoll view at /')
    .option('--cors-origin <URL...>', 'pages that may ask from a browser', origins)
    .option('--parallel <N>', 'answers in progress at a time', positiveNumber, 16)
    .option('--queue <N>', 'answers that may wait', wholeNumber, 256)
    .option('--max-tokens <N>', 'longest answer (default: what fits in the context)', positiveNumber)
    .option('--time-limit <SECONDS>', 'longest time to compute a request', secondsAbove0, 600)
    .option('--patience <SECONDS>', 'how long answers in progress may take when the server is stopped', seconds, 30)
    .option('--engines <N>', 'engines that share the work', positiveNumber, 1)
    .option('--threads <N>', 'threads of each engine (default: what the processors allow)', positiveNumber)
    .addHelpText(
      'after',
      examples(
        'plimsoll serve --model organism',
        'plimsoll serve --model mine.gguf --vector compliance.safetensors --port 9000',
      ),
    )
    .action(async (options, command) => {
      const output = outputOf(command)
      const apiKeys = await keysFrom(options.apiKeyFile)
      using interrupt = listenForInterrupt(output, 'Stopping when the answers in progress have ended. Again: at once.')
      const { signal } = interrupt
      const { engines, threads } = options
      // Far longer than any piece of a prompt takes: then it is stuck.
      const unanswered = 120_000
      await using model = await openForCommand(options.model, output, {
        batching: 'together',
        engines,
        threads,
        signal,
        unanswered,
      })
      const vectors = await Promise.all(
        (options.vector ?? []).map(async text => {
          const { name, file } = namedFile(text)
          return { name, vector: await openVector(file, model.info) }
        }),
      )
      const { host, port, parallel, queue, maxTokens, timeLimit, corsOrigin: corsOrigins } = options
      await using server = await startServer(model, {
        host,
        port,
        apiKeys,
        corsOrigins,
        vectors,
        standard: options.default,
        parallel,
        queue,
        maxTokens,
        timeLimit,
        store: globalsOf(command).store ?? defaultStore,
        pages:
          options.view && apiKeys.length === 0
            ? await builtPages(() => output.note('Building the viewer’s pages: once, some seconds.'))
            : undefined,
        // On standard error only: what stands on the other is one document.
        onError: error => void reportFailure(error, { ...output, json: false }),
      })
      announce(server, describeEngine(model), { keys: apiKeys.length, view: options.view }, output)
      if (!signal.aborted) await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }))
      await server.stop(1000 * options.patience)
    })
}

function announce(
  { url, service, viewer }: RunningServer,
  engine: string,
  { keys, view }: { readonly keys: number; readonly view: boolean },
  output: Output,
): void {
  const noPages = view
    ? 'none: they are shown where only this machine can ask, without a key'
    : 'none, as --no-view says'

  const { name, shelf } = service
  const vectors = shelf.list()
  if (output.json) output.printJson({ url, model: name, vectors: vectors.map(one => one.name), needsKey: keys > 0 })
  output.print(`Plimsoll ${toolVersion}   ${name}   ${engine}`)
  const key = keys > 0 ? 'needed, and asked for' : 'none needed: only this machine can ask'
  output.print(
    columns([
      ['listens', `${url}/v1`],
      ['pages', viewer ? url : noPages],
      ['API key', key],
      [
        'vectors',
        vectors.length === 0 ? 'none yet: --vector FILE, or POST /v1/vectors' : vectors.map(one => one.name).join(', '),
      ],
      ['described', `${url}/openapi.json`],
    ]),
  )
  for (const { name: vector, measured } of vectors) {
    if (measured.length === 0) output.note(`${vector} was never measured on this model: run a study.`)
    for (const { strength, verdict, study } of measured.filter(one => one.verdict === 'over')) {
      output.note(`${vector} is over the line at strength ${strength} (${study}, ${verdict}).`)
    }
  }
  const bearer = keys > 0 ? ' -H "authorization: Bearer $PLIMSOLL_API_KEY"' : ''
  const model = vectors[0] === undefined ? 'default' : `default+${vectors[0].name}@1`
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] })
  output.note(`\nTry   curl ${url}/v1/chat/completions -H 'content-type: application/json'${bearer} -d '${body}'`)
  output.note('Stop  Ctrl-C lets the answers in progress end')
}

async function keysFrom(file: string | undefined): Promise<readonly string[]> {
  const inVariable = process.env.PLIMSOLL_API_KEY?.trim()
  const lines = file === undefined ? [] : (await readKeys(file)).split('\n').map(line => line.trim())
  const inFile = lines.filter(line => line !== '' && !line.startsWith('#'))
  if (file !== undefined && inFile.length === 0) {
    // Without keys everybody is answered, which is not what was asked for.
    throw new PlimsollError('usage', 'The file with API keys has none', {
      where: file,
      expected: 'one key a line; lines that begin with # are comments',
      fix: 'Put a key into it, or leave --api-key-file out.',
    })
  }
  return [...(inVariable ? [inVariable] : []), ...inFile]
}

function readKeys(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(cause => {
    throw new PlimsollError('not-found', 'The file with API keys cannot be read', {
      where: file,
      fix: 'Give a text file with one key a line.',
      cause,
    })
  })
}

/** `NAME=FILE`, or a file whose name without its ending is the vector's. */
function namedFile(text: string): { readonly name: string; readonly file: string } {
  const [, given, rest] = /^([^=/\\]+)=(.+)$/.exec(text) ?? []
  const file = rest ?? text
  const name = given ?? basename(file).replace(/\.[^.]+$/, '')
  if (VectorName.safeParse(name).success) return { name, file }
  throw new PlimsollError('usage', 'A vector has a name that requests cannot say', {
    found: name,
    expected: 'letters, digits, . _ and -, at most 64 of them',
    fix: `Give it one: --vector NAME=${file}`,
  })
}

function namedVectors(text: string, before: readonly NamedVector[] = []): readonly NamedVector[] {
  const named = parseNamedVector(text)
  if (named !== null) return [...before, named]
  throw new InvalidArgumentError(`Expected a vector and a strength as in compliance@1.5, got "${text}".`)
}

function origins(text: string, before: readonly string[] = []): readonly string[] {
  // What a browser calls the origin of a page is compared letter by letter.
  const origin = URL.canParse(text) ? new URL(text).origin : 'null'
  if (origin === 'null')
    throw new InvalidArgumentError(`Expected an origin such as https://example.org, got "${text}".`)
  return [...before, origin]
}

function seconds(text: string): number {
  const value = decimalNumber(text)
  if (value >= 0) return value
  throw new InvalidArgumentError(`Expected a number of seconds, got "${text}".`)
}

function secondsAbove0(text: string): number {
  const value = decimalNumber(text)
  if (value > 0) return value
  throw new InvalidArgumentError(`Expected a number of seconds above 0, got "${text}".`)
}
