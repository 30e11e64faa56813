/** The project's documents, and what can be read out of their Markdown. */
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))

/** Paths from the root. Results of measurements are documents too. */
export const documents = globSync(['*.md', 'docs/**/*.md', 'data/*/README.md', 'models/*/README.md'], {
  cwd: root,
}).sort()

export function read(path: string): string {
  return readFileSync(`${root}${path}`, 'utf8')
}

export interface Block {
  readonly language: string
  readonly text: string
}

/** Fenced blocks, in order. */
export function blocks(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
    language,
    text,
  }))
}

function withoutBlocks(markdown: string): string {
  return markdown.replaceAll(/^```[\s\S]*?^```$/gm, '')
}

/** Targets of links and images. */
export function links(markdown: string): string[] {
  const prose = withoutBlocks(markdown).replaceAll(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target]) => target ?? [])
}

/** Inline code. */
export function codeSpans(markdown: string): string[] {
  return [...withoutBlocks(markdown).matchAll(/`([^`\n]+)`/g)].flatMap(([, code]) => code ?? [])
}

/** Ids that a renderer of Markdown gives to headings. */
export function anchors(markdown: string): string[] {
  return [...withoutBlocks(markdown).matchAll(/^#+ (.+)$/gm)].flatMap(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  )
}
