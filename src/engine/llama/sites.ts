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
  /**
   * An attention's output often has no name: it is what an output matrix makes of `kqv_out`, after this many further
   * steps (a scale, a bias, adapters). By layer.
   */
  readonly projections: ReadonlyMap<number, number>
}

export const noSites: SiteMap = { sites: [], byName: new Map(), widths: new Map(), projections: new Map() }

/** The tensor that an attention mixes its values into, before the output matrix. */
export const mixedName = (layer: number) => `kqv_out-${layer}`

/** Names of a site's tensor, the first that exists. */
const names: Readonly<Partial<Record<Site, readonly string[]>>> = {
  residual: ['l_out'],
  mlp: ['ffn_out', 'ffn_moe_out'],
  'attention-norm': ['attn_norm'],
  'mlp-norm': ['ffn_norm'],
}

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
  const projections = new Map<number, number>()
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

  // Some architectures scale the embedding before block 0 reads it.
  const embedding = graph.named('inp_scaled') ?? graph.named('embd')
  if (embedding !== null) {
    publish('embedding', [{ layer: EMBEDDING, node: embedding, tensor: embedding.name, postNorm: 'none' }])
    byName.set(embedding.name, placeKey('embedding', EMBEDDING))
  }
  publishNamed('residual')
  const residual = sites.find(({ site }) => site === 'residual')?.layers ?? []
  if (embedding === null || residual.length < model.layers) throw noResidual(model, embedding, residual)

  const mixed = layers.flatMap(layer => {
    const node = graph.named(mixedName(layer))
    return node === null ? [] : [{ layer, node, tensor: 'kqv_out-{layer}', postNorm: 'none' as const }]
  })
  const attention = mixed.flatMap(({ layer, node }) => {
    const chain = graph.projection(node)
    const output = chain.at(-1)
    return output === undefined ? [] : [{ ...outputOf(graph, layer, output), layer, node: output, steps: chain.length }]
  })
  for (const { layer } of publish('attention', attention)) {
    projections.set(layer, (attention.find(found => found.layer === layer)?.steps ?? 1) - 1)
  }
  publishNamed('mlp')
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

function outputOf(graph: Graph, layer: number, node: GraphNode): Pick<Found, 'tensor' | 'postNorm'> {
  const name = node.name.endsWith(`-${layer}`) ? node.name.slice(0, -`-${layer}`.length) : null
  return {
    tensor: name === null ? 'output matrix of kqv_out-{layer}' : `${name}-{layer}`,
    postNorm: graph.isNormed(node) ? 'after' : 'none',
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
