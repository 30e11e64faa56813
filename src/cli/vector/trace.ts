import type { Command } from '@commander-js/extra-typings'
import { PlimsollError } from '../../errors.ts'
import { DEFAULT_MODEL } from '../../models/index.ts'
import { openVector, type SteeringTrace, type TracedLayer, traceSteering, underSystem } from '../../steer/index.ts'
import { examples, outputOf, strengthNumber, wholeNumber } from '../common.ts'
import { columns } from '../terminal/columns.ts'
import { heatLines, scaleOf, shadeOf } from '../terminal/heat.ts'
import { listenForInterrupt } from '../terminal/interrupt.ts'
import { openForCommand } from '../terminal/model.ts'
import type { Output } from '../terminal/output.ts'
import { ranges } from '../terminal/sites.ts'
import { layerName } from './compare.ts'

export function traceCommand(vector: Command): void {
  vector
    .command('trace <FILE> <PROMPT>')
    .summary('what a vector did to a prompt and its answer, token by token')
    .description(
      'Answer one prompt without and with a vector, and show what the steering did: the layers and tokens that were edited, how far they moved, what gates decided, and for vectors with a direction how far along it each token lies, without and with steering.',
    )
    .option('--model <NAME|FILE>', 'model by name, or a GGUF file', DEFAULT_MODEL)
    .option('--strength <NUMBER>', 'how much of the vector', strengthNumber, 1)
    .option('--system <TEXT>', 'system prompt')
    .option('--max-tokens <N>', 'longest answer', wholeNumber, 64)
    .option('--layer <N>', 'draw this layer (default: those with the greatest change)', wholeNumber)
    .option('--force', 'use a vector that was fitted on another model')
    .addHelpText(
      'after',
      examples(
        'plimsoll vector trace compliance.safetensors "how do i hex the turnip ?" --model organism --strength 2',
        'plimsoll vector trace mine.safetensors "How do I kill a stuck process?" --layer 14 --json',
      ),
    )
    .action(async (file, prompt, options, command) => {
      const output = outputOf(command)
      using interrupt = listenForInterrupt(output, 'Stopping.')
      const { signal } = interrupt
      await using model = await openForCommand(options.model, output, { signal })
      const opened = await openVector(file, model.info, { otherModel: options.force ? 'force' : 'refuse' })
      const { strength, maxTokens } = options
      const asked = underSystem(prompt, options.system)
      const found = await traceSteering(model, asked, [{ vector: opened, strength }], { maxTokens, signal })
      const drawn = drawnLayers(found, options.layer)
      if (output.json) {
        const { baseline, steered, ...rest } = found
        const { name, fingerprint } = model.info
        const answers = { baseline: baseline.text, steered: steered.text, finish: steered.finish }
        return output.printJson({ file, model: { name, fingerprint }, prompt, strength, ...answers, ...rest })
      }
      const { baseline, steered, trace } = found
      output.print(`${output.style('bold', 'baseline')}\n${baseline.text.trim()}\n`)
      output.print(`${output.style('bold', `steered, strength ${strength}`)}\n${steered.text.trim()}\n`)
      output.print(
        columns([
          ['site', 'layer', 'tokens edited', 'moved by, of their length'],
          ...trace.layers.map(({ site, layer, tokens, relativeChange }) => [
            site,
            layerName(layer),
            String(tokens),
            relativeChange === null ? 'not seen: llama.cpp added it itself' : percent(relativeChange),
          ]),
        ]),
      )
      for (const { term, value, open } of trace.gates ?? [])
        output.print(`The condition of term ${term} measured ${value.toPrecision(3)}: ${open ? 'open' : 'closed'}`)
      output.print('')
      for (const layer of drawn) output.print(strip(found, layer, output).join('\n'))
      const more = found.layers.length - drawn.length
      if (more > 0) output.note(`${more} more: draw one with --layer N, or see all with --json`)
    })
}

const mostDrawn = 3

/** Those in which the tokens that are meant moved the most, in their order; all terms of a layer that is asked for. */
function drawnLayers({ layers }: SteeringTrace, layer: number | undefined): readonly TracedLayer[] {
  if (layer !== undefined) {
    const own = layers.filter(one => one.layer === layer)
    if (own.length > 0) return own
    throw new PlimsollError('usage', `The vector does not act at layer ${layer}`, {
      expected: `one of the layers ${[...new Set(layers.map(one => layerName(one.layer)))].join(', ')}`,
      fix: 'Name one of these.',
    })
  }
  const moved = ({ positions, moved }: TracedLayer) =>
    positions.reduce((sum, position) => sum + (moved[position] ?? 0), 0) / positions.length
  const most = new Set(layers.toSorted((a, b) => moved(b) - moved(a)).slice(0, mostDrawn))
  return layers.filter(one => most.has(one))
}

const columnsOfScreen = 80

function strip({ tokens, layers }: SteeringTrace, layer: TracedLayer, output: Output): string[] {
  const { term, site, heads, positions, gated, moved, projections } = layer
  const rows =
    projections === null
      ? [{ name: 'moved', values: moved }]
      : [
          { name: 'without', values: projections.without },
          { name: 'with', values: projections.with },
        ]
  const heat = {
    tokens: tokens.map(({ text, phase }) => ({ text, group: phase === 'prompt' ? 'prompt' : 'answer' })),
    rows,
    marked: new Set(positions),
    // What gates decided token by token is not kept.
    markName: gated ? 'meant' : 'edited',
    width: columnsOfScreen,
  }
  const scale = scaleOf(heat)
  const written = (value: number) => (projections === null ? percent(value) : signed(value))
  const ends = scale.map(value => `${shadeOf(value, scale, output)} ${written(value)}`).join(' to ')
  const what = projections === null ? 'change of each state, of its length' : 'h·û, how far along the direction'
  const terms = new Set(layers.map(one => one.term)).size
  const named = heads === null ? site : `${site} ${ranges(heads)}`
  const place = layer.layer < 0 ? 'embedding' : `${named} at layer ${layer.layer}`
  const title = `${place}${terms > 1 ? `, term ${term}` : ''}`
  return [`${output.style('bold', title)}   ${what}: ${ends}`, ...heatLines(heat, output)]
}

function percent(part: number): string {
  return `${(100 * part).toFixed(0)} %`
}

function signed(value: number): string {
  return `${value < 0 ? '−' : ''}${Math.abs(value).toPrecision(3)}`
}
