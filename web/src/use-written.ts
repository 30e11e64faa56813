import { useState } from 'react'

/** What is written into a box, kept while the tab is open: lists of prompts and study files are too long for an address. */
export function useWritten(key: string, usual = ''): readonly [text: string, write: (text: string) => void] {
  const [text, setText] = useState(() => kept(key) ?? usual)
  const write = (next: string) => {
    setText(next)
    try {
      sessionStorage.setItem(`plimsoll-${key}`, next)
    } catch {
      // A browser that keeps nothing shows it until the page is left.
    }
  }
  return [text, write]
}

function kept(key: string): string | null {
  try {
    return sessionStorage.getItem(`plimsoll-${key}`)
  } catch {
    return null
  }
}
