/**
 * Which sites a model has, found in the graph of one token: tensors are not named alike in all architectures, and some
 * have no name at all.
 */
import { PlimsollError } from '../../errors.ts'
import { EMBEDDING, type PlaceKey, placeKey } from '../place.ts'
import type { SiteInfo } from '../types.ts'
import type { Site } from '../where.ts'
import type { Graph, GraphNode } from './graph.ts'

/** How places are recognised while a batch is computed. */
export interface SiteMap {
  readonly sites: readonly SiteInfo[]
  readonly byName: ReadonlyMap<string, PlaceKey>
  /** Values in a token's row, by site: for `head` those of all heads. */
  readonly widths: ReadonlyMap<Site, number>
  readonly projections: readonly Projection[]
}

/** An output without a name of its own: what an output matrix makes of a tensor that has one. */
export interface Projection {
  readonly place: PlaceKey
  /** Name of the tensor that the matrix reads. */
  readonly from: string
  /** Further steps behind the product: a scale, a bias, adapters. */
  readonly steps: number
}

/** Names of a site's tensor, the first that exists; lfm2 calls its second norm by the name of what follows. */
const names: Readonly<Partial<Record<Site, readonly string[]>>> = {
  residual: ['l_out'],
  mlp: ['ffn_out', 'ffn_moe_out'],
  'attention-norm': ['attn_norm', 'model.layers.{}.operator_norm'],
  'mlp-norm': ['ffn_norm', 'model.layers.{}.ffn_out'],
}
/** What block 0 reads; some architectures scale it first. */
const embeddings = ['inp_scaled', 'inp_embd', 'model.embed_tokens', 'model.input_embed', 'embd']
/** The tensor that an attention mixes its values into, before the output matrix. */
const mixedValues = 'kqv_out'
/** The inner state of a feed-forward part, before its output matrix. */
const innerStates = ['ffn_swiglu', 'ffn_geglu', 'ffn_reglu', 'ffn_gate_par']

interface Found {
  readonly layer: number
  readonly node: GraphNode
  /** As it is told: `ffn_out-{layer}`. */
  readonly tensor: string
  readonly postNorm: 'none' | 'after'
}

/** @throws PlimsollError `model-unsupported` where the residual stream is not to be found */
export function findSites(
  graph: Graph,
  model: { readonly architecture: string; readonly layers: number; readonly heads: number },
): SiteMap {
  const layers = Array.from({ length: model.layers }, (_, layer) => layer)
  const byName = new Map<string, PlaceKey>()
  const widths = new Map<Site, number>()
  const projections: Projection[] = []
  const sites: SiteInfo[] = []

  const publish = (site: Site, all: readonly Found[], heads = 1): readonly Found[] => {
    const width = all[0]?.node.shape[0] ?? 0
    // A clause means one width: layers that differ from the first are left out.
    const found = all.filter(({ node }) => node.shape[0] === width)
    if (found.length === 0 || width % heads !== 0) return []
    widths.set(site, width)
    sites.push({
      site,
      layers: found.map(({ layer }) => layer),
      width: width / heads,
      heads,
      tensor: [...new Set(found.map(({ tensor }) => tensor))].join(', '),
      postNorm: found.some(({ postNorm }) => postNorm === 'after') ? 'after' : 'none',
    })
    return found
  }
  const publishNamed = (site: Site): void => {
    for (const { layer, node } of publish(
      site,
      layers.flatMap(layer => namedAt(graph, site, layer) ?? []),
    )) {
      byName.set(node.name, placeKey(site, layer))
    }
  }

  const embedding = embeddings.map(name => graph.named(name)).find(node => node !== null) ?? null
  if (embedding !== null) {
    publish('embedding', [{ layer: EMBEDDING, node: embedding, tensor: embedding.name, postNorm: 'none' }])
    byName.set(embedding.name, placeKey('embedding', EMBEDDING))
  }
  publishNamed('residual')
  const residual = sites.find(({ site }) => site === 'residual')?.layers ?? []
  if (embedding === null || residual.length < model.layers) throw noResidual(model, embedding, residual)

  const publishProjected = (site: Site, from: readonly string[]): void => {
    const all = layers.flatMap(layer => projectedAt(graph, from, layer) ?? [])
    for (const { layer, from, steps } of all) projections.push({ place: placeKey(site, layer), from, steps })
    publish(site, all)
  }

  publishProjected('attention', [mixedValues])
  if (layers.some(layer => namedAt(graph, 'mlp', layer) !== null)) publishNamed('mlp')
  else publishProjected('mlp', innerStates)
  const mixed = layers.flatMap(layer => {
    const node = graph.named(`${mixedValues}-${layer}`)
    return node === null ? [] : [{ layer, node, tensor: `${mixedValues}-{layer}`, postNorm: 'none' as const }]
  })
  for (const { layer, node } of publish('head', mixed, model.heads)) byName.set(node.name, placeKey('head', layer))
  publishNamed('attention-norm')
  publishNamed('mlp-norm')
  return { sites, byName, widths, projections }
}

function namedAt(graph: Graph, site: Site, layer: number): Found | null {
  for (const name of names[site] ?? []) {
    const node = graph.named(`${name}-${layer}`)
    // Two tensors of one name could not be told apart while they are computed.
    if (node === null || graph.count(node.name) > 1) continue
    const postNorm = site === 'mlp' && graph.isNormed(node) ? 'after' : 'none'
    return { layer, node, tensor: `${name}-{layer}`, postNorm }
  }
  return null
}

/** What an output matrix makes of a tensor of one of these names. */
function projectedAt(
  graph: Graph,
  from: readonly string[],
  layer: number,
): (Found & { readonly from: string; readonly steps: number }) | null {
  const source = from.map(name => graph.named(`${name}-${layer}`)).find(node => node !== null)
  const chain = source === undefined ? [] : graph.projection(source)
  const node = chain.at(-1)
  if (source === undefined || node === undefined) return null
  const ending = `-${layer}`
  const bare = (name: string) => name.slice(0, -ending.length)
  return {
    layer,
    node,
    tensor: node.name.endsWith(ending) ? `${bare(node.name)}-{layer}` : `output matrix of ${bare(source.name)}-{layer}`,
    postNorm: graph.isNormed(node) ? 'after' : 'none',
    from: source.name,
    steps: chain.length - 1,
  }
}

function noResidual(
  model: { readonly architecture: string; readonly layers: number },
  embedding: GraphNode | null,
  found: readonly number[],
): PlimsollError {
  const missing = Array.from({ length: model.layers }, (_, layer) => layer).filter(layer => !found.includes(layer))
  return new PlimsollError('model-unsupported', "The residual stream was not found in this architecture's graph", {
    found: `${model.architecture}: ${embedding === null ? 'no embedding tensor' : `no l_out of layers ${missing.join(', ')}`}`,
    expected: 'one tensor l_out-k for every layer k',
    fix: 'Use a model of another architecture, and report this one.',
  })
}
