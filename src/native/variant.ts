/** Which of the prebuilt CPU libraries was picked when the backends were loaded, such as `sapphirerapids`. */
import { readFileSync } from 'node:fs'

const pattern = /ggml-cpu-(\w+)\.(?:so|dylib|dll)/

export function cpuVariant(): string {
  return pattern.exec(loadedLibraries())?.[1] ?? 'generic'
}

function loadedLibraries(): string {
  if (process.platform === 'linux') return readFileSync('/proc/self/maps', 'utf8')
  const report: unknown = process.report.getReport()
  if (typeof report !== 'object' || report === null || !('sharedObjects' in report)) return ''
  return JSON.stringify(report.sharedObjects)
}
