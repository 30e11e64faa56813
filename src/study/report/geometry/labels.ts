/** Where the names of marks stand in a plot, so that they lie neither on each other nor on another mark. */

export interface Labelled {
  /** Share of the plot's width. */
  readonly x: number
  /** Pixels from the top. */
  readonly y: number
  readonly text: string
}

export interface LabelPlace {
  readonly side: 'left' | 'right'
  /** Of its middle, in pixels from the top. */
  readonly y: number
}

export interface PlotSize {
  /** Pixels: of a narrow one, since a wider one has more room. */
  readonly width: number
  readonly top: number
  readonly bottom: number
}

/** Pixels: the width that the names of a report's plots are placed for. */
export const narrow = 560

interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** Pixels: of a letter in the mean, a line, a mark's reach, and between a mark and its name. */
const [letter, line, reach, apart] = [7, 16, 5, 9]
/** Lines that a name may move up or down, the nearest first. */
const moves = [0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6, 7, -7, 8, -8]

/** For each mark, in its order; a name for which no place is free stands beside its mark all the same. */
export function placeLabels(marks: readonly Labelled[], size: PlotSize): LabelPlace[] {
  const taken: Box[] = []
  return marks.map(mark => {
    const others = marks.filter(other => other !== mark).map(other => around(other, size))
    const places = moves.flatMap(move => sidesOf(mark).map((side): LabelPlace => ({ side, y: mark.y + move * line })))
    const free = places.find(place => {
      const box = boxOf(mark, place, size)
      return inside(box, size) && ![...taken, ...others].some(other => overlap(box, other))
    })
    const place = free ?? places[0]!
    taken.push(boxOf(mark, place, size))
    return place
  })
}

function sidesOf({ x }: Labelled): LabelPlace['side'][] {
  return x > 0.7 ? ['left', 'right'] : ['right', 'left']
}

function boxOf({ x, text }: Labelled, { side, y }: LabelPlace, { width }: PlotSize): Box {
  const at = x * width
  const length = text.length * letter
  const left = side === 'right' ? at + apart : at - apart - length
  return { left, right: left + length, top: y - line / 2, bottom: y + line / 2 }
}

function around({ x, y }: Labelled, { width }: PlotSize): Box {
  return { left: x * width - reach, right: x * width + reach, top: y - reach, bottom: y + reach }
}

function inside({ left, right, top, bottom }: Box, size: PlotSize): boolean {
  return left >= 0 && right <= size.width && top >= size.top - line / 2 && bottom <= size.bottom + line / 2
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}
