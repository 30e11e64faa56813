import { useCallback, useEffect, useRef, useState } from 'react'
import type { FitProgress, VectorInfo } from '../../../src/serve/vectors/info.ts'
import { type Failed, failedBy } from '../api.ts'
import { draftName, fitVector, type ToFit } from './fit.ts'

export interface Fitting {
  readonly busy: boolean
  /** Null before the first. */
  readonly progress: FitProgress | null
  readonly failed: Failed | null
  readonly fit: (what: ToFit) => void
  readonly cancel: () => void
}

export function useFit(onFitted: (vector: VectorInfo) => void): Fitting {
  const [busy, setBusy] = useState(false)
  const [progress, setProgress] = useState<FitProgress | null>(null)
  const [failed, setFailed] = useState<Failed | null>(null)
  const asked = useRef<AbortController | null>(null)
  const cancel = useCallback(() => asked.current?.abort(), [])
  // Whoever leaves the page wants no vector of it.
  useEffect(() => cancel, [cancel])
  const fit = (what: ToFit) => {
    if (busy) return
    const controller = new AbortController()
    asked.current = controller
    setBusy(true)
    setProgress(null)
    setFailed(null)
    fitVector(draftName(), what, { signal: controller.signal, onProgress: setProgress })
      .then(onFitted)
      .catch(error => {
        if (!controller.signal.aborted) setFailed(failedBy(error))
      })
      .finally(() => setBusy(false))
  }
  return { busy, progress, failed, fit, cancel }
}
