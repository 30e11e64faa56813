import { useEffect } from 'react'

export function useTitle(...parts: readonly string[]): void {
  const title = [...parts, 'Plimsoll'].join(' · ')
  useEffect(() => {
    document.title = title
  }, [title])
}
