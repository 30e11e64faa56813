/** A stretch of prose, and the line of the file it begins on. */
export interface ProseWindow {
  readonly line: number
  readonly text: string
}

/**
 * Cuts a WikiText file into windows of prose: whole paragraphs of one article put together until a window has at least
 * `characters`, paragraphs of more kept whole. Headings are skipped; what is left at the end of an article and reaches
 * less than half of the size is left out. The file's own `<unk>` and `@-@` stay as they are, so that figures can be
 * compared with those of others on the same file only.
 */
export function proseWindows(text: string, characters = 1500): ProseWindow[] {
  const windows: ProseWindow[] = []
  let paragraphs: string[] = []
  let start = 0
  let length = 0

  function close(atLeast: number): void {
    if (length >= atLeast && paragraphs.length > 0) windows.push({ line: start, text: paragraphs.join('\n') })
    paragraphs = []
    length = 0
  }

  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (isTitle(line)) close(characters / 2)
    if (line === '' || isHeading(line)) continue
    if (paragraphs.length === 0) start = index + 1
    paragraphs.push(line)
    length += line.length
    if (length >= characters) close(0)
  }
  close(characters / 2)
  return windows
}

/** ` = Robert Boulter = `; sections have more signs. */
function isTitle(line: string): boolean {
  return /^= [^=](?:.*[^=])? =$/.test(line)
}

function isHeading(line: string): boolean {
  return /^=( =)* .* =( =)*$/.test(line)
}
