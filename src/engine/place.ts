/** A site at a layer as one number, so that looking it up for every tensor of every step costs nothing. */
import { type Site, sites } from './where.ts'

export type PlaceKey = number

/** The layer number that stands for `embedding`, the input of block 0. */
export const EMBEDDING = -1

const layersPerSite = 1 << 12

export interface Place {
  readonly site: Site
  /** −1 for `embedding`. */
  readonly layer: number
}

export function placeKey(site: Site, layer: number): PlaceKey {
  return sites.indexOf(site) * layersPerSite + layer + 1
}

export function placeOf(key: PlaceKey): Place {
  const site = sites[Math.floor(key / layersPerSite)]
  if (site === undefined) throw new RangeError(`no place ${key}`)
  return { site, layer: (key % layersPerSite) - 1 }
}

/** As errors name it. */
export function nameOfPlace(key: PlaceKey): string {
  const { site, layer } = placeOf(key)
  return layer < 0 ? `the ${site}` : `${site} of layer ${layer}`
}
