/** Keys of the samples page that belong to no control. Those of labels are with the labels. */
import { type RefObject, useEffect, useRef } from 'react'
import { isTyped } from '../shell/typed.ts'

export function useKeys(step: (by: number) => void): { readonly help: RefObject<HTMLDialogElement | null> } {
  const help = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTyped(event)) return
      const steps: Readonly<Record<string, number>> = { j: 1, k: -1 }
      const by = steps[event.key]
      if (by !== undefined) step(by)
      else if (event.key === '/') document.getElementById('search')?.focus()
      else if (event.key === '?') help.current?.showModal()
      else return
      event.preventDefault()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [step])
  return { help }
}
